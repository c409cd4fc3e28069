namespace DataTransferHub.Objects.Stores;

/// <summary>
/// One bucket of one object store. Every operation is a single attempt: it succeeds or throws a <see cref="StoreException"/>;
/// who calls decides what is tried again (<see cref="StoreRetry"/>).
/// </summary>
interface IObjectStore
{
    /// <summary>What this store can do.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>One page of keys in UTF-8 order: those that start with the prefix and come after <paramref name="afterKey"/>.</summary>
    /// <param name="prefix">How the keys begin.</param>
    /// <param name="afterKey">The last key that is known, or null at the start.</param>
    /// <param name="token"><see cref="ObjectPage.Next"/> of the page before, to go on with it; null to begin a listing.</param>
    /// <param name="count">How many keys the page may have.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken);

    /// <summary>The object's version and attributes; with a part number, those of that part of a multipart object.</summary>
    Task<ObjectHead> HeadAsync(string key, int? partNumber, CancellationToken cancellationToken);

    /// <summary>The object's bytes, or a range of them, if its ETag still is <paramref name="ifMatch"/>. Dispose the result.</summary>
    Task<ObjectBody> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>Writes a whole object.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="md5">Their MD5 for the store to check, or null when it is not known beforehand.</param>
    /// <param name="attributes">What is stored with it.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task<WriteResult> PutAsync(
        string key, ObjectContent content, byte[]? md5, ObjectAttributes attributes, CancellationToken cancellationToken);

    /// <summary>Starts a multipart upload.</summary>
    Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken);

    /// <summary>Writes one part, replacing one of the same number.</summary>
    Task<WriteResult> UploadPartAsync(
        string key, string uploadId, int partNumber, ObjectContent content, byte[]? md5, CancellationToken cancellationToken);

    /// <summary>Parts that are there, from <paramref name="first"/> to <paramref name="last"/>, in number order.</summary>
    Task<IReadOnlyList<UploadedPart>> ListPartsAsync(string key, string uploadId, int first, int last, CancellationToken cancellationToken);

    /// <summary>Ids of the unfinished uploads of exactly this key.</summary>
    Task<IReadOnlyList<string>> ListUploadsAsync(string key, CancellationToken cancellationToken);

    /// <summary>Joins the parts, given in number order, into the object.</summary>
    Task<WriteResult> CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken);

    /// <summary>Drops an upload and its parts.</summary>
    Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken);

    /// <summary>Deletes an object; does nothing when there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What a store can do beyond reading and writing.</summary>
/// <param name="IsEncryptedInTransit">Whether bytes travel over TLS.</param>
/// <param name="ListsUploads">Whether unfinished uploads and their parts can be listed.</param>
sealed record StoreCapabilities(bool IsEncryptedInTransit, bool ListsUploads);

/// <summary>One page of a listing.</summary>
/// <param name="Objects">Its objects in key order. A page may be empty although others follow.</param>
/// <param name="IsLast">Whether nothing follows.</param>
/// <param name="Next">The store's own token for the next page, or null where the store goes on by the last key.</param>
sealed record ObjectPage(IReadOnlyList<ListedObject> Objects, bool IsLast, string? Next = null);

/// <summary>An object as it was listed.</summary>
/// <param name="Key">The key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">The ETag without its quotes.</param>
/// <param name="Modified">When it was written, UTC.</param>
/// <param name="StorageClass">Its storage class as the store names it, or null.</param>
sealed record ListedObject(string Key, long Size, string ETag, DateTimeOffset Modified, string? StorageClass = null)
{
    /// <summary>Whether it must be restored before it can be read (archive classes of S3, OSS and COS).</summary>
    public bool IsArchived => StorageClass is "GLACIER" or "DEEP_ARCHIVE" or "Archive" or "ColdArchive" or "DeepColdArchive" or "ARCHIVE";
}

/// <summary>Bytes <see cref="From"/> to <see cref="From"/> + <see cref="Length"/> - 1.</summary>
readonly record struct ByteRange(long From, long Length);

/// <summary>An object's version and what is stored with it.</summary>
/// <param name="Size">Bytes of the object, of the range or of the part that was asked for; null where the store does not say.</param>
/// <param name="ETag">The ETag without its quotes.</param>
/// <param name="Modified">When it was written, UTC.</param>
/// <param name="Encryption">
/// Value of <c>x-amz-server-side-encryption</c>, or <c>customer</c> for keys held by the customer, or null.
/// </param>
/// <param name="Headers">Content headers and user metadata by lower-case name, as they were received.</param>
sealed record ObjectHead(
    long? Size, string ETag, DateTimeOffset Modified, string? Encryption, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Whether the ETag is the MD5 of the content. It is not for keys managed by KMS or by the customer.</summary>
    public bool HasMd5ETag => Encryption is null or "AES256" && ETags.IsMd5(ETag);
}

/// <summary>An object's bytes on their way.</summary>
/// <param name="side">Which end they come from.</param>
/// <param name="head">The version they belong to.</param>
/// <param name="content">The bytes. Throws <see cref="StoreException"/> when they stop coming.</param>
/// <param name="owner">What to release at the end.</param>
sealed class ObjectBody(StoreSide side, ObjectHead head, Stream content, IDisposable owner) : IDisposable
{
    public StoreSide Side => side;

    public ObjectHead Head => head;

    public Stream Content => content;

    /// <summary>To be called after as many bytes as were expected: a body whose length the store did not say must end with them.</summary>
    public async Task EnsureEndAsync(CancellationToken cancellationToken)
    {
        if (head.Size is null && await content.ReadAsync(new byte[1], cancellationToken) > 0)
            throw new StoreException(side, StoreFault.PreconditionFailed, "it sent more bytes than the version has that was asked for");
    }

    public void Dispose()
    {
        content.Dispose();
        owner.Dispose();
    }
}

/// <summary>What is stored with an object: headers by lower-case name, among them storage class, ACL and encryption.</summary>
sealed record ObjectAttributes(IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public static readonly ObjectAttributes None = new([]);
}

/// <summary>What a store answered to a write.</summary>
/// <param name="ETag">The ETag without its quotes; empty when the store gave none.</param>
/// <param name="Encryption">Value of <c>x-amz-server-side-encryption</c>, or null.</param>
readonly record struct WriteResult(string ETag, string? Encryption)
{
    /// <summary>Whether the ETag is the MD5 of what was sent.</summary>
    public bool HasMd5ETag => Encryption is null or "AES256" && ETags.IsMd5(ETag);
}

/// <summary>A multipart upload that was started.</summary>
/// <param name="UploadId">Its id.</param>
/// <param name="Encryption">How the store will encrypt it, or null.</param>
sealed record StartedUpload(string UploadId, string? Encryption);

/// <summary>A part that is at the destination.</summary>
readonly record struct UploadedPart(int Number, string ETag, long Size);
