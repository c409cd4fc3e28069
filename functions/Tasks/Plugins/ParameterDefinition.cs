namespace DataTransferHub.Tasks.Plugins;

/// <summary>A parameter that a plugin accepts.</summary>
/// <param name="Name">Its name, compared exactly.</param>
/// <param name="Form">How its value is written.</param>
sealed record ParameterDefinition(string Name, ParameterForm Form = ParameterForm.Text);

/// <summary>How the value of a parameter is written.</summary>
enum ParameterForm
{
    /// <summary>Literally.</summary>
    Text,

    /// <summary>URL-encoded (form style) in the input of <c>createTask</c> and in the result of <c>getTask</c>. Stored decoded.</summary>
    UrlEncoded,

    /// <summary>The name of a secret, which must exist.</summary>
    SecretName,
}
