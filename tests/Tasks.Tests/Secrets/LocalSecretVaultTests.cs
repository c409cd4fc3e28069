using System.Security.Cryptography;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Secrets;
using DataTransferHub.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Tests.Secrets;

public sealed class LocalSecretVaultTests : IDisposable
{
    const string Value = """{"access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJalrXUtnFEMI"}""";

    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_secret_comes_back_after_a_restart()
    {
        using (var vault = Open())
            await vault.PutAsync("keys/source", Value, "the source", Cancellation);
        using var again = Open();
        Assert.Equal(Value, await again.GetValueAsync("keys/source", Cancellation));
        Assert.Equal([new SecretDescription("keys/source", "the source")], await again.ListAsync(Cancellation));
    }

    [Fact]
    public async Task Nothing_at_rest_holds_the_value_and_only_the_owner_may_read()
    {
        using var vault = Open();
        await vault.PutAsync("source", Value, null, Cancellation);
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            var bytes = await ReadSharedAsync(file);
            Assert.True(bytes.AsSpan().IndexOf("AKIDEXAMPLE"u8) < 0, $"{file} holds the value.");
            Assert.True(bytes.AsSpan().IndexOf("wJalrXUtnFEMI"u8) < 0, $"{file} holds the value.");
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_wrong_key_is_told_clearly_and_tells_nothing()
    {
        using (var vault = Open(NewKey()))
            await vault.PutAsync("source", Value, null, Cancellation);
        using var other = Open(NewKey());
        var error = await Assert.ThrowsAsync<VaultException>(() => other.GetValueAsync("source", Cancellation));
        Assert.Contains("'source'", error.Message, StringComparison.Ordinal);
        Assert.Contains("DTH_VAULT_KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wJalrXUtnFEMI", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_opens_nothing_of_the_vault_is_refused_at_the_start_and_one_damaged_secret_is_not_taken_for_it()
    {
        var key = NewKey();
        using (var vault = Open(key))
        {
            await vault.PutAsync("damaged", Value, null, Cancellation);
            await vault.PutAsync("source", Value, null, Cancellation);
        }

        using (var other = Open(NewKey()))
            await Assert.ThrowsAsync<VaultException>(() => other.CheckAsync(Cancellation));
        using (var connection = new SqliteConnection($"Data Source={_folder["vault.db"]};Pooling=False"))
        {
            connection.Open();
            using var damage = connection.CreateCommand();
            damage.CommandText = "UPDATE secrets SET tag = zeroblob(16) WHERE name = 'damaged'";
            Assert.Equal(1, damage.ExecuteNonQuery());
        }

        using var again = Open(key);
        await again.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task A_key_that_is_no_key_is_told_with_the_way_to_make_one()
    {
        using var vault = Open("c2hvcnQ=");
        var error = await Assert.ThrowsAsync<VaultException>(() => vault.PutAsync("source", Value, null, Cancellation));
        Assert.Contains("openssl rand -base64 32", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE secrets SET ciphertext = zeroblob(length(ciphertext)) WHERE name = 'one'")]
    [InlineData("UPDATE secrets SET tag = zeroblob(16) WHERE name = 'one'")]
    [InlineData("UPDATE secrets SET nonce = zeroblob(5) WHERE name = 'one'")]
    [InlineData(
        "UPDATE secrets SET (nonce, ciphertext, tag) = (SELECT nonce, ciphertext, tag FROM secrets WHERE name = 'two') WHERE name = 'one'")]
    public async Task A_value_that_was_changed_or_moved_to_another_name_is_refused(string tampering)
    {
        using var vault = Open();
        await vault.PutAsync("one", Value, null, Cancellation);
        await vault.PutAsync("two", Value, null, Cancellation);
        using (var connection = new SqliteConnection($"Data Source={_folder["vault.db"]};Pooling=false"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = tampering;
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancellation));
        }

        await Assert.ThrowsAsync<VaultException>(() => vault.GetValueAsync("one", Cancellation));
        Assert.Equal(Value, await vault.GetValueAsync("two", Cancellation));
    }

    [Fact]
    public async Task A_lost_key_file_is_not_replaced_by_a_new_key()
    {
        using (var vault = Open())
            await vault.PutAsync("source", Value, null, Cancellation);
        File.Delete(_folder["vault.key"]);
        using var again = Open();
        await Assert.ThrowsAsync<VaultException>(() => again.GetValueAsync("source", Cancellation));
        await Assert.ThrowsAsync<VaultException>(() => again.PutAsync("another", Value, null, Cancellation));
        Assert.False(File.Exists(_folder["vault.key"]));
    }

    [Fact]
    public async Task The_same_value_twice_is_not_the_same_at_rest()
    {
        using var vault = Open();
        await vault.PutAsync("one", Value, null, Cancellation);
        await vault.PutAsync("two", Value, null, Cancellation);
        await using var connection = new SqliteConnection($"Data Source={_folder["vault.db"]};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(DISTINCT ciphertext) + COUNT(DISTINCT nonce) FROM secrets";
        Assert.Equal(4L, await command.ExecuteScalarAsync(Cancellation));
    }

    LocalSecretVault Open(string? key = null) => new(
        Options.Create(new HubOptions { DataDirectory = _folder.Path, VaultKey = key }), NullLogger<LocalSecretVault>.Instance);

    static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
