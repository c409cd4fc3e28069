using DataTransferHub.Configuration;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Storage;

/// <summary>What <see cref="HubOptions"/> may be.</summary>
sealed class HubOptionsCheck : IValidateOptions<HubOptions>
{
    const int VaultKeyBytes = 32;

    /// <summary>Checks every option. The value of the key is in no message.</summary>
    public ValidateOptionsResult Validate(string? name, HubOptions options)
    {
        var bounds = new OptionBounds(HubOptions.Section)
            .Check(nameof(options.StopSettle), options.StopSettle, TimeSpan.Zero, TimeSpan.FromHours(1))
            .Check(nameof(options.StoragePatience), options.StoragePatience, TimeSpan.Zero, TimeSpan.FromDays(1));
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            bounds.Add(
                nameof(options.DataDirectory),
                null,
                "is not set, and stores that several instances share do not exist yet; give a folder that outlives the instance (an Azure"
                + " Files mount, for example) in the application setting Hub__DataDirectory, and run one instance only");
        }

        if (!string.IsNullOrWhiteSpace(options.VaultKey) && !IsKey(options.VaultKey))
        {
            bounds.Add(
                nameof(options.VaultKey), null, "(DTH_VAULT_KEY) must be 32 bytes in base64; `openssl rand -base64 32` makes such a key");
        }

        return bounds.Result;
    }

    /// <summary>Whether the text is a key of the vault.</summary>
    public static bool IsKey(string text) =>
        Convert.TryFromBase64String(text.Trim(), new byte[VaultKeyBytes], out var length) && length == VaultKeyBytes;
}
