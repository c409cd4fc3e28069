using System.Security.Cryptography;
using System.Text;
using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Secrets;

/// <summary>
/// Secrets in the file <c>vault.db</c> of the data folder. Each is encrypted with AES-256-GCM with its own random nonce, and its name is
/// authenticated with it, so that a value that was changed or moved to another name is refused.
/// </summary>
sealed class LocalSecretVault : ISecretVault, IHubFile, IDisposable
{
    const int NonceBytes = 12;
    const int TagBytes = 16;

    static readonly DatabaseSchema Schema = new(
    [
        """
        CREATE TABLE secrets (
            name TEXT PRIMARY KEY, description TEXT, nonce BLOB NOT NULL, ciphertext BLOB NOT NULL, tag BLOB NOT NULL
        ) WITHOUT ROWID;
        """,
    ]);

    readonly DatabaseFile _file;
    readonly VaultKey _key;

    /// <summary>Opens the vault.</summary>
    /// <exception cref="DatabaseException">Its file cannot be used.</exception>
    public LocalSecretVault(IOptions<HubOptions> options, ILogger<LocalSecretVault> log)
    {
        var path = options.Value.PathOf("vault.db");
        CreateForOwner(path);
        _file = new DatabaseFile(path, Schema, log);
        _key = new VaultKey(options.Value);
    }

    /// <summary>Checks that the key is valid and decrypts the vault's secrets; the file was checked when it was opened.</summary>
    /// <exception cref="VaultException">The key is not valid, or is not the one that the secrets were encrypted with.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await _key.CheckAsync(cancellationToken);

        // One secret that decrypts proves the key. A secret that was changed outside the hub is reported when it is used.
        VaultException? refused = null;
        foreach (var secret in await ListAsync(cancellationToken))
        {
            try
            {
                await GetValueAsync(secret.Name, cancellationToken);
                return;
            }
            catch (VaultException e)
            {
                refused ??= e;
            }
        }

        if (refused is not null)
            throw refused;
    }

    public Task<IReadOnlyList<SecretDescription>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SecretDescription>>(_file.Read(connection =>
            connection.Query<SecretDescription>("SELECT name Name, description Description FROM secrets ORDER BY name").ToList()));

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_file.Read(connection =>
            connection.ExecuteScalar<long>("SELECT COUNT(*) FROM secrets WHERE name = @name", new { name }) > 0));

    public async Task PutAsync(string name, string value, string? description, CancellationToken cancellationToken)
    {
        var key = await _key.GetOrCreateAsync(isVaultEmpty: IsEmpty(), cancellationToken);
        var plaintext = Encoding.UTF8.GetBytes(value);
        var (nonce, ciphertext, tag) = (RandomNumberGenerator.GetBytes(NonceBytes), new byte[plaintext.Length], new byte[TagBytes]);
        using (var cipher = new AesGcm(key, TagBytes))
            cipher.Encrypt(nonce, plaintext, ciphertext, tag, BoundTo(name));
        CryptographicOperations.ZeroMemory(plaintext);
        await _file.WriteAsync(
            connection => connection.Execute(
                """
                INSERT OR REPLACE INTO secrets (name, description, nonce, ciphertext, tag)
                VALUES (@name, @description, @nonce, @ciphertext, @tag)
                """,
                new { name, description, nonce, ciphertext, tag }),
            cancellationToken);
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        await _file.WriteAsync(
            connection => connection.Execute("DELETE FROM secrets WHERE name = @name", new { name }), cancellationToken) > 0;

    public async Task<string?> GetValueAsync(string name, CancellationToken cancellationToken)
    {
        var secret = _file.Read(connection => connection.QuerySingleOrDefault<Sealed>(
            "SELECT nonce Nonce, ciphertext Ciphertext, tag Tag FROM secrets WHERE name = @name",
            new { name }));
        if (secret is null)
            return null;

        var key = await _key.GetOrCreateAsync(isVaultEmpty: false, cancellationToken);
        var plaintext = new byte[secret.Ciphertext.Length];
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(secret.Nonce, secret.Ciphertext, secret.Tag, plaintext, BoundTo(name));
            return Encoding.UTF8.GetString(plaintext);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new VaultException(
                $"The secret '{name}' cannot be decrypted: it was changed outside the hub, or the vault's key is not the one it was "
                + $"encrypted with. Provide the right key ({_key.Source}), or enter the secret again.",
                e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Closes the vault.</summary>
    public void Dispose() => _file.Dispose();

    bool IsEmpty() => _file.Read(connection => connection.ExecuteScalar<long>("SELECT COUNT(*) FROM secrets")) == 0;

    static byte[] BoundTo(string name) => Encoding.UTF8.GetBytes("data-transfer-hub secret v1\n" + name);

    // SQLite gives its companion files the permissions of the main file.
    static void CreateForOwner(string path)
    {
        if (OperatingSystem.IsWindows() || File.Exists(path))
            return;
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.NotWritable(path, e);
        }
    }

    sealed record Sealed(byte[] Nonce, byte[] Ciphertext, byte[] Tag);
}

/// <summary>The vault cannot provide a secret. The message says why and what to do, and never contains a value.</summary>
sealed class VaultException(string message, Exception? inner = null) : Exception(message, inner);
