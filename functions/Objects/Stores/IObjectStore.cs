namespace DataTransferHub.Objects.Stores;

/// <summary>
/// One bucket of one object store. Every operation is a single attempt: it succeeds or throws a <see cref="StoreException"/>. The caller
/// decides what is retried (<see cref="StoreRetry"/>).
/// </summary>
interface IObjectStore
{
    /// <summary>Which end of a transfer it is.</summary>
    StoreSide Side { get; }

    /// <summary>What this store can do.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>One page of keys in UTF-8 order that start with the prefix and come after <paramref name="afterKey"/>.</summary>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="afterKey">The last known key, or null at the start.</param>
    /// <param name="token"><see cref="ObjectPage.Next"/> of the previous page, to continue its listing; null to start a listing.</param>
    /// <param name="count">Maximum number of keys in the page.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken);

    /// <summary>The object's version and what is stored with it.</summary>
    Task<ObjectHead> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The size of one of the parts from which an object with a checksum of <see cref="ChecksumKind.Md5OfParts"/> was joined.
    /// </summary>
    /// <param name="key">The object.</param>
    /// <param name="version">The version it must have.</param>
    /// <param name="part">Number of the part, from 1.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The part's size; null if the store does not provide it, or the object has another version.</returns>
    Task<long?> FindPartSizeAsync(string key, ObjectVersion version, int part, CancellationToken cancellationToken);

    /// <summary>The object's bytes, or a range of them, if it has the version. Dispose the result.</summary>
    /// <param name="key">The object.</param>
    /// <param name="range">The range, or null for all bytes.</param>
    /// <param name="version">The version it must have; unknown for any.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<ObjectBody> GetAsync(string key, ByteRange? range, ObjectVersion version, CancellationToken cancellationToken);

    /// <summary>Writes a whole object atomically.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="md5">Their MD5 for the store to check, or null if it is not known beforehand.</param>
    /// <param name="attributes">What is stored with it.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task<WriteResult> PutAsync(
        string key, ObjectContent content, Checksum? md5, ObjectAttributes attributes, CancellationToken cancellationToken);

    /// <summary>Starts an upload in parts.</summary>
    Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken);

    /// <summary>Writes one part, replacing one with the same number.</summary>
    Task<UploadedPart> UploadPartAsync(
        string key, UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken);

    /// <summary>Existing parts from <paramref name="first"/> to <paramref name="last"/>, in number order.</summary>
    Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        string key, UploadSession session, int first, int last, CancellationToken cancellationToken);

    /// <summary>The unfinished uploads of exactly this key.</summary>
    Task<IReadOnlyList<UploadSession>> ListUploadsAsync(string key, CancellationToken cancellationToken);

    /// <summary>Joins the parts, given in number order, into the object.</summary>
    Task<WriteResult> CompleteUploadAsync(
        string key, UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken);

    /// <summary>Aborts an upload and removes its parts.</summary>
    Task AbortUploadAsync(string key, UploadSession session, CancellationToken cancellationToken);

    /// <summary>Deletes an object; does nothing if there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}
