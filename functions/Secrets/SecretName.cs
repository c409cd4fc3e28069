using System.Text.RegularExpressions;

namespace DataTransferHub.Secrets;

/// <summary>What a secret may be called.</summary>
static partial class SecretName
{
    /// <summary>The rule in words.</summary>
    public const string Rule = "It is no name for a secret. Names have 1 to 512 letters, digits and the characters /_+=.@-";

    [GeneratedRegex(@"^[A-Za-z0-9/_+=.@-]{1,512}\z")]
    public static partial Regex Pattern();
}
