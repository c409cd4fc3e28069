using System.Collections.Concurrent;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// What this process has learned about one bucket from its responses. It is not stored, because a new process learns it again from one
/// response. Thread-safe.
/// </summary>
/// <param name="acceptsGzip">Whether the service is known to decompress objects for clients that do not accept gzip.</param>
sealed class S3BucketFacts(bool acceptsGzip)
{
    // Missing if nothing is known.
    readonly ConcurrentDictionary<ChecksumKind, Support> _checksums = [];

    volatile bool _acceptsGzip = acceptsGzip;
    volatile bool _refusesChecksumMode;
    volatile S3ListingVersion _listingVersion;

    enum Support
    {
        Accepted,
        Doubtful,
        Refused,
    }

    /// <summary>Whether requests for objects say that gzip is accepted, so that the service sends the stored bytes.</summary>
    public bool AcceptsGzip
    {
        get => _acceptsGzip;
        set => _acceptsGzip = value;
    }

    /// <summary>Whether requests for objects are refused if they ask for checksums.</summary>
    public bool RefusesChecksumMode
    {
        get => _refusesChecksumMode;
        set => _refusesChecksumMode = value;
    }

    /// <summary>The version of listings that the store has answered.</summary>
    public S3ListingVersion ListingVersion
    {
        get => _listingVersion;
        set => _listingVersion = value;
    }

    /// <summary>Whether a checksum is sent with an object.</summary>
    public bool Takes(ChecksumKind kind) => !_checksums.TryGetValue(kind, out var support) || support is Support.Accepted;

    /// <summary>An object was stored.</summary>
    /// <param name="kind">The kind of checksum.</param>
    /// <param name="wasSent">Whether the checksum was sent, or left out because of a doubt.</param>
    public void Succeeded(ChecksumKind kind, bool wasSent)
    {
        if (wasSent)
            _checksums[kind] = Support.Accepted;
        else if (_checksums.TryGetValue(kind, out var support) && support is Support.Doubtful)
            _checksums[kind] = Support.Refused;
    }

    /// <summary>An object was refused, possibly because of its checksum.</summary>
    /// <param name="kind">The kind of checksum.</param>
    /// <param name="wasSent">Whether the checksum was sent.</param>
    /// <returns>Whether the object should be sent again, without the checksum.</returns>
    public bool ShouldSendWithout(ChecksumKind kind, bool wasSent)
    {
        if (wasSent)
            return _checksums.GetOrAdd(kind, Support.Doubtful) is not Support.Accepted;

        // The checksum was not the reason.
        _checksums.TryRemove(KeyValuePair.Create(kind, Support.Doubtful));
        return false;
    }
}

/// <summary>A version of the listings of objects.</summary>
enum S3ListingVersion
{
    /// <summary>It is not known yet which one the store has.</summary>
    Unknown,

    /// <summary>ListObjects only: a listing continues after <c>marker</c>.</summary>
    First,

    /// <summary>ListObjectsV2: a listing continues at <c>continuation-token</c>, or starts after <c>start-after</c>.</summary>
    Second,
}
