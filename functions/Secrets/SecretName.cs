using System.Text.RegularExpressions;

namespace DataTransferHub.Secrets;

/// <summary>The rule for names of secrets.</summary>
static partial class SecretName
{
    /// <summary>The rule as an error message.</summary>
    public const string Rule = "It is not a valid secret name. A name has 1 to 512 characters: letters, digits and /_+=.@-";

    [GeneratedRegex(@"^[A-Za-z0-9/_+=.@-]{1,512}\z")]
    public static partial Regex Pattern();
}
