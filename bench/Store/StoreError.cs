namespace DataTransferHub.Bench.Store;

/// <summary>An error of the protocol.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">S3's code.</param>
/// <param name="message">The message.</param>
sealed class StoreError(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public static StoreError NoSuchKey() => new(404, "NoSuchKey", "The specified key does not exist.");

    public static StoreError NoSuchBucket() => new(404, "NoSuchBucket", "The specified bucket does not exist");

    public static StoreError NoSuchUpload() => new(404, "NoSuchUpload", "The specified multipart upload does not exist.");

    public static StoreError InvalidPart() => new(400, "InvalidPart", "One or more of the specified parts could not be found.");

    public static StoreError InvalidPartOrder() => new(400, "InvalidPartOrder", "The list of parts was not in ascending order.");

    public static StoreError InvalidArgument(string message) => new(400, "InvalidArgument", message);

    public static StoreError InvalidRange() => new(416, "InvalidRange", "The requested range is not satisfiable");

    public static StoreError BadDigest() => new(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");

    public static StoreError MalformedXml() => new(400, "MalformedXML", "The XML you provided was not well-formed.");

    public static StoreError PreconditionFailed() =>
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    public static StoreError SlowDown() => new(503, "SlowDown", "Please reduce your request rate.");

    public static StoreError NotImplemented(string what) =>
        new(501, "NotImplemented", $"The store of the benchmarks does not support {what}.");
}
