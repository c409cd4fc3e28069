namespace DataTransferHub.Objects.Stores;

/// <summary>What a store can do, and what its responses mean. Declared by the store, never inferred from its responses.</summary>
/// <param name="IsTransitProtected">
/// Whether bytes cannot change unnoticed in transit from and to the store: TLS, or no network at all.
/// </param>
/// <param name="ListsInKeyOrder">Whether listings are in the order of <see cref="KeyOrder"/>, so that two listings can be merged.</param>
/// <param name="ResumesUploads">
/// Whether unfinished uploads and their parts can be listed, so that an upload can be resumed after a crash.
/// </param>
/// <param name="JoinedChecksum">The kind of checksum of an object joined from parts; null if there is none.</param>
/// <param name="EncryptionThatHidesChecksums">
/// The encryption under which versions and listings contain values that look like checksums but are not; null if there is none.
/// </param>
/// <param name="Parts">The limits of an upload in parts.</param>
/// <param name="HasAdditionalChecksums">
/// Whether objects can have a CRC or SHA-256 beside their checksum, which the store checks and returns. A store may still not know all of
/// them.
/// </param>
sealed record StoreCapabilities(
    bool IsTransitProtected,
    bool ListsInKeyOrder,
    bool ResumesUploads,
    ChecksumKind? JoinedChecksum,
    EncryptionKind? EncryptionThatHidesChecksums,
    PartLimits Parts,
    bool HasAdditionalChecksums = false)
{
    /// <summary>Why the store cannot have an object with a key, and what to do about it; null if it can.</summary>
    public Func<string, string?> FindKeyFault { get; init; } = static _ => null;

    /// <summary>Whether checksums in listings are meaningless for objects that were written with this encryption.</summary>
    public bool HidesChecksums(ObjectEncryption encryption) => encryption.Kind == EncryptionThatHidesChecksums;
}

/// <summary>The limits of an upload in parts.</summary>
/// <param name="Most">Maximum number of parts.</param>
/// <param name="Smallest">Minimum size of every part except the last, in bytes.</param>
/// <param name="Largest">Maximum size of a part, in bytes.</param>
sealed record PartLimits(int Most, long Smallest, long Largest);
