namespace DataTransferHub.Secrets;

/// <summary>Named credentials. Values can be written and used, but never read back through the API.</summary>
interface ISecretVault
{
    /// <summary>Names and descriptions of all secrets, ordered by name.</summary>
    Task<IReadOnlyList<SecretDescription>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Whether there is a secret with that name.</summary>
    Task<bool> ExistsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Creates the secret, or replaces its value and description.</summary>
    /// <param name="name">1 to 512 characters of letters, digits and <c>/_+=.@-</c>, as in AWS Secrets Manager.</param>
    /// <param name="value">
    /// The secret text; for S3 keys the JSON <c>{"access_key_id": "…", "secret_access_key": "…"}</c>, with an optional
    /// <c>session_token</c>.
    /// </param>
    /// <param name="description">What it is for, or null.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task PutAsync(string name, string value, string? description, CancellationToken cancellationToken);

    /// <summary>Deletes the secret; false if there was none.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// The secret text, for use by an activity, or null if there is none. Never log it, return it or put it into an exception.
    /// </summary>
    Task<string?> GetValueAsync(string name, CancellationToken cancellationToken);
}

/// <summary>The readable part of a secret.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
public sealed record SecretDescription(string Name, string? Description);
