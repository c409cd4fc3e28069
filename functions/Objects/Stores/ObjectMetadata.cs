namespace DataTransferHub.Objects.Stores;

/// <summary>
/// The metadata of an object. Values are copied byte for byte, whatever their encoding: each character represents one byte.
/// </summary>
sealed record ObjectMetadata
{
    /// <summary>No metadata.</summary>
    public static readonly ObjectMetadata None = new();

    public string? ContentType { get; init; }

    public string? ContentLanguage { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentDisposition { get; init; }

    public string? CacheControl { get; init; }

    public string? Expires { get; init; }

    /// <summary>User-defined entries, by lower-case name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> User { get; init; } = [];
}

/// <summary>How a store is asked to encrypt at rest.</summary>
enum EncryptionKind
{
    /// <summary>The store's default.</summary>
    Default,

    /// <summary>With keys that the store manages.</summary>
    StoreKey,

    /// <summary>With a key of a key management service.</summary>
    ManagedKey,
}

/// <summary>How a store is asked to encrypt at rest.</summary>
/// <param name="Kind">Who manages the key.</param>
/// <param name="KeyId">The key of <see cref="EncryptionKind.ManagedKey"/>, or null.</param>
sealed record ObjectEncryption(EncryptionKind Kind, string? KeyId = null)
{
    /// <summary>The store's default.</summary>
    public static readonly ObjectEncryption Default = new(EncryptionKind.Default);
}

/// <summary>What is stored with an object.</summary>
/// <param name="Metadata">Its metadata.</param>
/// <param name="StorageClass">The store's name of the storage class, or null for its default.</param>
/// <param name="Acl">The store's name of the canned access control list, or null for its default.</param>
/// <param name="Encryption">How it is encrypted at rest.</param>
sealed record ObjectAttributes(ObjectMetadata Metadata, string? StorageClass, string? Acl, ObjectEncryption Encryption)
{
    /// <summary>No metadata, and the store's defaults.</summary>
    public static readonly ObjectAttributes None = new(ObjectMetadata.None, null, null, ObjectEncryption.Default);
}
