namespace DataTransferHub.Objects.Stores;

/// <summary>Which end of a transfer.</summary>
enum StoreSide
{
    Source,
    Destination,
}

/// <summary>The kinds of failures of a store, independent of its protocol.</summary>
enum StoreFault
{
    /// <summary>There is no such object.</summary>
    NotFound,

    /// <summary>There is no such bucket.</summary>
    NoSuchBucket,

    /// <summary>There is no such multipart upload, or it has ended.</summary>
    NoSuchUpload,

    /// <summary>The credentials are valid but do not permit this operation.</summary>
    AccessDenied,

    /// <summary>The credentials are unknown, wrong or expired.</summary>
    BadCredentials,

    /// <summary>The object no longer has the requested version.</summary>
    PreconditionFailed,

    /// <summary>The object must be restored from an archive before it can be read.</summary>
    Archived,

    /// <summary>The store throttles requests.</summary>
    Throttled,

    /// <summary>An internal error of the store (5xx).</summary>
    ServerError,

    /// <summary>The host is unknown or refuses connections.</summary>
    Unreachable,

    /// <summary>A connection was broken, or a body was truncated.</summary>
    Network,

    /// <summary>The idle timeout has expired.</summary>
    Timeout,

    /// <summary>The received bytes differ from the sent bytes.</summary>
    Corrupt,

    /// <summary>The store requires another region or clock, or a part's MD5; the next attempt complies.</summary>
    Realigned,

    /// <summary>The store does not support this operation.</summary>
    NotSupported,

    /// <summary>The store's listing is not in key order.</summary>
    Unordered,

    /// <summary>The request was refused for any other reason.</summary>
    Invalid,
}

/// <summary>A failure of a store: which end, which kind, and the store's message. Never contains a secret.</summary>
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

    /// <summary>The delay that the store asked for, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => Fault is StoreFault.Throttled or StoreFault.ServerError or StoreFault.Unreachable or StoreFault.Network
        or StoreFault.Timeout or StoreFault.Corrupt or StoreFault.Realigned;

    /// <summary>
    /// Whether the store may fail like this for every object, for some time: an outage, or credentials that have expired.
    /// </summary>
    public bool MayConcernWholeStore => Fault is StoreFault.Throttled or StoreFault.ServerError or StoreFault.Unreachable
        or StoreFault.Network or StoreFault.Timeout or StoreFault.BadCredentials;

    /// <summary>Whether the fault affects all objects of the bucket, so that trying other objects is useless.</summary>
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
            StoreFault.NoSuchUpload => "Another client has ended the upload; retry the object.",
            StoreFault.AccessDenied => side == StoreSide.Source
                ? "Use credentials in srcCredentials with permission to list the bucket and to read its objects."
                : "Use credentials in destCredentials with permission to list the bucket, "
                    + "to write objects with the chosen ACL and encryption, and to manage multipart uploads.",
            StoreFault.BadCredentials => $"Correct the secret named in {end}Credentials, or use another one.",
            StoreFault.PreconditionFailed => "The object keeps changing; retry it when it no longer changes.",
            StoreFault.Archived => "Restore the object from its archive first.",
            StoreFault.Throttled => "Lower workerNumber, or retry later.",
            StoreFault.ServerError => "Retry later; if the error persists, contact the operator of the store.",
            StoreFault.Unreachable => $"Check {end}Endpoint and {end}Region, and that the hub can reach the host.",
            StoreFault.Network or StoreFault.Timeout => "Check the network between the hub and the store, then retry.",
            StoreFault.Corrupt => "The copy was not accepted. Retry; if the error persists, have the network path and the store checked.",
            StoreFault.Realigned => $"Check {end}Region and the hub's clock.",
            StoreFault.NotSupported => "The store does not support this operation; use another endpoint or option.",
            StoreFault.Unordered => "Buckets whose listings are not in key order cannot be compared; use a general purpose bucket.",
            StoreFault.Invalid when side == StoreSide.Destination =>
                "Correct the parameter that the message names. If it names none, the service may not support the value of "
                    + "destStorageClass, destAcl or destPutObjectSSEType: create the task again with STANDARD, none and None.",
            StoreFault.Invalid => "Correct the parameter that the message names.",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };
    }
}
