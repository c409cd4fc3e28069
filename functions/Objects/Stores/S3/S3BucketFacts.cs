namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// What this process has learned about one bucket from its responses. It is not stored, because a new process learns it again from one
/// response. Thread-safe.
/// </summary>
/// <param name="acceptsGzip">Whether the service is known to decompress objects for clients that do not accept gzip.</param>
sealed class S3BucketFacts(bool acceptsGzip)
{
    volatile bool _acceptsGzip = acceptsGzip;

    /// <summary>Whether requests for objects say that gzip is accepted, so that the service sends the stored bytes.</summary>
    public bool AcceptsGzip
    {
        get => _acceptsGzip;
        set => _acceptsGzip = value;
    }
}
