namespace DataTransferHub.Objects.Stores;

/// <summary>
/// What an object's owner has stored with it. Values pass byte for byte, whatever their encoding: each character stands for one byte.
/// </summary>
sealed record ObjectMetadata
{
    /// <summary>Nothing.</summary>
    public static readonly ObjectMetadata None = new();

    public string? ContentType { get; init; }

    public string? ContentLanguage { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentDisposition { get; init; }

    public string? CacheControl { get; init; }

    public string? Expires { get; init; }

    /// <summary>Entries of the owner's own, by lower-case name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> User { get; init; } = [];
}

/// <summary>How a store is asked to encrypt at rest.</summary>
enum EncryptionKind
{
    /// <summary>As it does by itself.</summary>
    Default,

    /// <summary>With keys that the store manages.</summary>
    StoreKey,

    /// <summary>With a key of a key management service.</summary>
    ManagedKey,
}

/// <summary>How a store is asked to encrypt at rest.</summary>
/// <param name="Kind">Whose key.</param>
/// <param name="KeyId">The key of <see cref="EncryptionKind.ManagedKey"/>, or null.</param>
sealed record ObjectEncryption(EncryptionKind Kind, string? KeyId = null)
{
    /// <summary>As the store does by itself.</summary>
    public static readonly ObjectEncryption Default = new(EncryptionKind.Default);
}

/// <summary>What is stored with an object.</summary>
/// <param name="Metadata">What its owner has stored with it.</param>
/// <param name="StorageClass">The storage class as the store names it, or null for its own default.</param>
/// <param name="Acl">The canned access control list as the store names it, or null for its own default.</param>
/// <param name="Encryption">How it is encrypted at rest.</param>
sealed record ObjectAttributes(ObjectMetadata Metadata, string? StorageClass, string? Acl, ObjectEncryption Encryption)
{
    /// <summary>Nothing, and the store's defaults.</summary>
    public static readonly ObjectAttributes None = new(ObjectMetadata.None, null, null, ObjectEncryption.Default);
}
