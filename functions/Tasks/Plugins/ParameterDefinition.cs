namespace DataTransferHub.Tasks.Plugins;

/// <summary>A parameter that a plugin accepts.</summary>
/// <param name="Name">Its name, compared exactly.</param>
/// <param name="Form">How its value is written.</param>
sealed record ParameterDefinition(string Name, ParameterForm Form = ParameterForm.Text);

/// <summary>How the value of a parameter is written.</summary>
enum ParameterForm
{
    /// <summary>As it is meant.</summary>
    Text,

    /// <summary>URL-encoded (form style) when a task is created, and when <c>getTask</c> shows it. Stored decoded.</summary>
    UrlEncoded,

    /// <summary>The name of a secret, which must exist.</summary>
    SecretName,
}
