using System.Security.Cryptography;
using DataTransferHub.Storage;

namespace DataTransferHub.Secrets;

/// <summary>The key of the vault: from the configuration, or generated once into a file that only its owner can read.</summary>
sealed class VaultKey(HubOptions options)
{
    const int KeyBytes = 32;
    readonly string _path = options.PathOf("vault.key");
    byte[]? _key;

    /// <summary>Where the key comes from, for messages.</summary>
    public string Source => string.IsNullOrWhiteSpace(options.VaultKey) ? $"the file {_path}" : "Hub:VaultKey or DTH_VAULT_KEY";

    /// <summary>The key. A new one is generated only for an empty vault.</summary>
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
                throw new VaultException(
                    $"The vault's key is missing: {_path}. Restore it from your backup, or set DTH_VAULT_KEY.");
            var generated = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));
            await DurableFile.TryCreateSecretAsync(_path, System.Text.Encoding.ASCII.GetBytes(generated + "\n"), cancellationToken);
        }

        // Read even if it was just written: another process may have written it first.
        return _key = Decode(await ReadFileAsync(cancellationToken));
    }

    /// <summary>Checks that the key is valid, if there is one.</summary>
    /// <exception cref="VaultException">It is not valid, or its file cannot be read.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(options.VaultKey) || File.Exists(_path))
            await GetOrCreateAsync(isVaultEmpty: false, cancellationToken);
    }

    async Task<string> ReadFileAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(_path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VaultException(
                $"The vault's key cannot be read from {_path}: {e.Message} Check its permissions, or set DTH_VAULT_KEY.", e);
        }
    }

    byte[] Decode(string text) => HubOptionsCheck.IsKey(text)
        ? Convert.FromBase64String(text.Trim())
        : throw new VaultException(
            $"The vault's key is not 32 bytes in base64. Correct {Source}: restore the key from your backup. For a vault without secrets,"
            + " generate a new one with `openssl rand -base64 32`.");
}
