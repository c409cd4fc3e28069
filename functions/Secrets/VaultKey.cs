using System.Security.Cryptography;
using DataTransferHub.Storage;

namespace DataTransferHub.Secrets;

/// <summary>The key of the vault: given by the configuration, or generated once into a file that only its owner may read.</summary>
sealed class VaultKey(HubOptions options)
{
    const int KeyBytes = 32;
    readonly string _path = options.PathOf("vault.key");
    byte[]? _key;

    /// <summary>Where the key comes from, for messages.</summary>
    public string Source => options.VaultKey is null ? $"the file {_path}" : "Hub:VaultKey or DTH_VAULT_KEY";

    /// <summary>The key; a new one only for a vault that holds nothing yet.</summary>
    /// <exception cref="VaultException">There is no usable key.</exception>
    public async Task<byte[]> GetOrCreateAsync(bool isVaultEmpty, CancellationToken cancellationToken)
    {
        if (_key is { } known)
            return known;
        if (!string.IsNullOrWhiteSpace(options.VaultKey))
            return _key = Decode(options.VaultKey);

        if (!File.Exists(_path))
        {
            if (!isVaultEmpty)
                throw new VaultException($"The vault's key is missing: {_path}. Put it back from your backup, or give it as DTH_VAULT_KEY.");
            var generated = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));
            await DurableFile.TryCreateSecretAsync(_path, System.Text.Encoding.ASCII.GetBytes(generated + "\n"), cancellationToken);
        }

        // Read back even when it was just written: another process may have been first.
        return _key = Decode(await File.ReadAllTextAsync(_path, cancellationToken));
    }

    byte[] Decode(string text)
    {
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == KeyBytes
            ? key
            : throw new VaultException($"The vault's key is not 32 bytes in base64. Correct {Source}; `openssl rand -base64 32` makes one.");
    }
}
