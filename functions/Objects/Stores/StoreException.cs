namespace DataTransferHub.Objects.Stores;

/// <summary>Which end of a transfer.</summary>
enum StoreSide
{
    Source,
    Destination,
}

/// <summary>Every way in which a store can fail, however it says so.</summary>
enum StoreFault
{
    /// <summary>There is no such object.</summary>
    NotFound,

    /// <summary>There is no such bucket.</summary>
    NoSuchBucket,

    /// <summary>There is no such multipart upload (any more).</summary>
    NoSuchUpload,

    /// <summary>The keys are known but may not do this.</summary>
    AccessDenied,

    /// <summary>The keys are unknown, wrong or expired.</summary>
    BadCredentials,

    /// <summary>The object is no longer the one that was asked for.</summary>
    PreconditionFailed,

    /// <summary>The object must be restored from an archive before it can be read.</summary>
    Archived,

    /// <summary>The store asks for fewer requests.</summary>
    Throttled,

    /// <summary>The store failed by its own fault (5xx).</summary>
    ServerError,

    /// <summary>The host is unknown or does not take connections.</summary>
    Unreachable,

    /// <summary>A connection broke, or a body was cut short.</summary>
    Network,

    /// <summary>Nothing moved for too long.</summary>
    Timeout,

    /// <summary>Bytes arrived that are not those that were sent.</summary>
    Corrupt,

    /// <summary>The store pointed to another region or to another time of day; the next attempt follows it.</summary>
    Realigned,

    /// <summary>The store does not have this operation.</summary>
    NotSupported,

    /// <summary>The store's listing breaks the order of keys.</summary>
    Unordered,

    /// <summary>The request was refused for any other reason.</summary>
    Invalid,
}

/// <summary>A store's failure: which end, what kind, what it said. Never holds a secret.</summary>
sealed class StoreException : Exception
{
    public StoreException(
        StoreSide side, StoreFault fault, string message, string? code = null, int? status = null, string? requestId = null,
        TimeSpan? retryAfter = null, Exception? inner = null, string? remedy = null)
        : base(Describe(side, message, code, status, requestId, remedy ?? RemedyFor(side, fault)), inner)
    {
        Side = side;
        Fault = fault;
        Code = code;
        RetryAfter = retryAfter;
    }

    public StoreSide Side { get; }

    public StoreFault Fault { get; }

    /// <summary>The remote error code, for example <c>SlowDown</c>, or null.</summary>
    public string? Code { get; }

    /// <summary>How long the store asked to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => Fault is StoreFault.Throttled or StoreFault.ServerError or StoreFault.Unreachable or StoreFault.Network
        or StoreFault.Timeout or StoreFault.Corrupt or StoreFault.Realigned;

    /// <summary>Whether nothing at all can be done with this bucket, so that trying its other objects is of no use.</summary>
    public bool ConcernsWholeBucket => Fault is StoreFault.NoSuchBucket or StoreFault.BadCredentials or StoreFault.Unordered;

    static string Describe(StoreSide side, string message, string? code, int? status, string? requestId, string remedy)
    {
        var who = side == StoreSide.Source ? "The source" : "The destination";
        var answer = (code, status) switch
        {
            (not null, not null) => $" answered {code} ({status})",
            (null, not null) => $" answered {status}",
            _ => " failed",
        };
        var id = requestId is null ? "" : $" (request {requestId})";
        return $"{who}{answer}: {message.Trim().TrimEnd('.')}{id}. {remedy}";
    }

    static string RemedyFor(StoreSide side, StoreFault fault)
    {
        var end = side == StoreSide.Source ? "src" : "dest";
        return fault switch
        {
            StoreFault.NotFound => "Check that the object still exists.",
            StoreFault.NoSuchBucket => $"Check {end}Bucket, {end}Region and {end}Endpoint, or create the bucket.",
            StoreFault.NoSuchUpload => "The upload was ended by somebody else; retry the object.",
            StoreFault.AccessDenied => side == StoreSide.Source
                ? "Name keys in srcCredentials that may list the bucket and read its objects."
                : "Name keys in destCredentials that may list the bucket, "
                    + "write objects with the chosen ACL and encryption, and manage multipart uploads.",
            StoreFault.BadCredentials => $"Correct the secret named in {end}Credentials, or name another.",
            StoreFault.PreconditionFailed => "The object keeps changing; retry it when it is at rest.",
            StoreFault.Archived => "Restore the object from its archive first.",
            StoreFault.Throttled => "Lower workerNumber, or retry later.",
            StoreFault.ServerError => "Retry later; if it stays, ask the operator of the store.",
            StoreFault.Unreachable => $"Check {end}Endpoint and {end}Region, and that the hub can reach the host.",
            StoreFault.Network or StoreFault.Timeout => "Check the network between the hub and the store, then retry.",
            StoreFault.Corrupt => "The copy was not accepted; retry, and have the network path or the store checked if it stays.",
            StoreFault.Realigned => $"Check {end}Region and the hub's clock.",
            StoreFault.NotSupported => "The store lacks this operation; use another endpoint or option.",
            StoreFault.Unordered => "Buckets whose listings are not in key order cannot be compared; use a general purpose bucket.",
            StoreFault.Invalid when side == StoreSide.Destination =>
                "Correct the parameter that the answer names. If it names none, the service may not have what destStorageClass, destAcl or "
                    + "destPutObjectSSEType ask for: create the task again with STANDARD, none and None.",
            StoreFault.Invalid => "Correct the parameter that the answer names.",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };
    }
}
