namespace DataTransferHub.Objects.Stores;

/// <summary>What a store can do, and what its answers mean. Declared by the store, never guessed from its answers.</summary>
/// <param name="IsTransitProtected">
/// Whether bytes cannot change unnoticed on their way from and to the store: TLS, or no network at all.
/// </param>
/// <param name="ListsInKeyOrder">Whether listings are in the order of <see cref="KeyOrder"/>, so that two can be merged.</param>
/// <param name="ResumesUploads">
/// Whether unfinished uploads and their parts can be listed, so that an upload goes on after a crash.
/// </param>
/// <param name="JoinedChecksum">What the checksum of an object that was joined of parts is; null where there is none.</param>
/// <param name="EncryptionThatHidesChecksums">
/// The encryption under which versions and listings look as if they held checksums, and do not; null where there is none.
/// </param>
/// <param name="Parts">The limits of an upload in parts.</param>
sealed record StoreCapabilities(
    bool IsTransitProtected,
    bool ListsInKeyOrder,
    bool ResumesUploads,
    ChecksumKind? JoinedChecksum,
    EncryptionKind? EncryptionThatHidesChecksums,
    PartLimits Parts)
{
    /// <summary>Whether nothing follows from checksums in the listings of objects that were written with this encryption.</summary>
    public bool HidesChecksums(ObjectEncryption encryption) => encryption.Kind == EncryptionThatHidesChecksums;
}

/// <summary>The limits of an upload in parts.</summary>
/// <param name="Most">The most parts.</param>
/// <param name="Smallest">The fewest bytes of any part but the last.</param>
/// <param name="Largest">The most bytes of a part.</param>
sealed record PartLimits(int Most, long Smallest, long Largest);
