using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using DataTransferHub.Secrets;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Access keys for signing. Never printed.</summary>
sealed class S3Credentials(string accessKeyId, string secretAccessKey, string? sessionToken)
{
    public string AccessKeyId => accessKeyId;

    public string SecretAccessKey => secretAccessKey;

    public string? SessionToken => sessionToken;
}

/// <summary>Provides a store's access keys before every request, so that temporary keys are always current.</summary>
interface IS3CredentialSource
{
    /// <summary>The current keys, or null for anonymous requests.</summary>
    ValueTask<S3Credentials?> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Keys that do not change while an activity runs, or none.</summary>
sealed class FixedCredentials(S3Credentials? credentials) : IS3CredentialSource
{
    public ValueTask<S3Credentials?> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credentials);

    /// <summary>Reads the keys of a named secret.</summary>
    /// <exception cref="StoreException">
    /// There is no such secret, or its text is malformed. The message never contains the text.
    /// </exception>
    public static async Task<FixedCredentials> FromSecretAsync(
        ISecretVault vault, string name, StoreSide side, CancellationToken cancellationToken)
    {
        var text = await vault.GetValueAsync(name, cancellationToken)
            ?? throw new StoreException(side, StoreFault.BadCredentials, $"there is no secret named '{name}'");
        return new FixedCredentials(Parse(text) ?? throw new StoreException(side, StoreFault.BadCredentials,
            $"the secret '{name}' is not JSON of the form {{\"access_key_id\": \"…\", \"secret_access_key\": \"…\"}}"));
    }

    static S3Credentials? Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            // They are sent in headers.
            string[] names = ["access_key_id", "session_token"];
            if (names.Any(name => Read(name) is { } text && text.AsSpan().ContainsAnyExceptInRange('!', '~')))
                return null;
            return (Read("access_key_id"), Read("secret_access_key")) is (string id, string key) ? new S3Credentials(
                id, key, Read("session_token")) : null;

            string? Read(string name) =>
                json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                && !string.IsNullOrWhiteSpace(value.GetString()) ? value.GetString()!.Trim() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// The access keys of the AWS account in which the hub runs, found and refreshed by the AWS SDK (environment, profile, role). A failed
/// look-up is retried, so that an account that is configured later is found without a restart.
/// </summary>
/// <param name="side">The end of the transfer, for errors.</param>
/// <param name="time">Measures the pause after a failure.</param>
/// <param name="find">Finds the account; the AWS SDK by default.</param>
sealed class AccountCredentials(StoreSide side, TimeProvider time, Func<AWSCredentials>? find = null) : IS3CredentialSource
{
    /// <summary>How long a failure is cached before the next look-up, as each look-up may send network requests.</summary>
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    readonly Func<AWSCredentials> _find = find ?? (static () => DefaultAWSCredentialsIdentityResolver.GetCredentials());
    readonly Lock _gate = new();

    // Guarded by _gate. The account, or the look-up in progress, which all requests share.
    Task<AWSCredentials>? _account;

    // Guarded by _gate. When _account failed, or null if it has not.
    long? _failedAt;

    public async ValueTask<S3Credentials?> GetAsync(CancellationToken cancellationToken)
    {
        var account = Account();
        try
        {
            var keys = await (await account.WaitAsync(cancellationToken)).GetCredentialsAsync().WaitAsync(cancellationToken);
            return new S3Credentials(keys.AccessKey, keys.SecretKey, string.IsNullOrEmpty(keys.Token) ? null : keys.Token);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Keys that can no longer be refreshed may have been replaced by others.
            Forget(account, fault);
            throw new StoreException(
                side,
                StoreFault.BadCredentials,
                "the hub's own AWS account could not be found (environment, profile or role)",
                inner: fault);
        }
    }

    Task<AWSCredentials> Account()
    {
        lock (_gate)
        {
            if (_failedAt is { } failedAt && time.GetElapsedTime(failedAt) >= PauseAfterFailure)
                (_account, _failedAt) = (null, null);
            return _account ??= Task.Run(LookUpAsync);
        }
    }

    // Records its own failure, as its callers may have been cancelled.
    async Task<AWSCredentials> LookUpAsync()
    {
        try
        {
            var account = _find();
            await account.GetCredentialsAsync();
            return account;
        }
        catch (Exception)
        {
            lock (_gate)
                _failedAt = time.GetTimestamp();
            throw;
        }
    }

    void Forget(Task<AWSCredentials> account, Exception fault)
    {
        lock (_gate)
        {
            if (_account != account || _failedAt is not null)
                return;
            (_account, _failedAt) = (Task.FromException<AWSCredentials>(fault), time.GetTimestamp());
        }
    }
}
