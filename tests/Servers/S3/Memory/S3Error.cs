namespace DataTransferHub.Servers.S3.Memory;

/// <summary>An error as S3 answers it. Codes, statuses and texts are Amazon's.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The code.</param>
/// <param name="message">The text.</param>
/// <param name="region">The region that the client should have signed for, where that is the error.</param>
sealed class S3Error(int status, string code, string message, string? region = null) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public string? Region => region;

    public static S3Error AccessDenied(string message = "Access Denied") => new(403, "AccessDenied", message);

    public static S3Error BadDigest(string what) => new(400, "BadDigest", $"The {what} you specified did not match what we received.");

    public static S3Error EntityTooSmall() =>
        new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");

    public static S3Error InvalidArgument(string message) => new(400, "InvalidArgument", message);

    public static S3Error InvalidDigest() => new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");

    public static S3Error InvalidPart() => new(
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, "
            + "or the specified entity tag may not match.");

    public static S3Error InvalidPartOrder() =>
        new(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");

    public static S3Error InvalidRequest(string message) => new(400, "InvalidRequest", message);

    public static S3Error MalformedXml() =>
        new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    public static S3Error NoSuchBucket() => new(404, "NoSuchBucket", "The specified bucket does not exist");

    public static S3Error NoSuchKey() => new(404, "NoSuchKey", "The specified key does not exist.");

    public static S3Error NoSuchUpload() => new(
        404,
        "NoSuchUpload",
        "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");

    public static S3Error NotImplemented(string what) => new(501, "NotImplemented", $"This server does not have {what}.");

    public static S3Error PreconditionFailed() =>
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    public static S3Error SignatureDoesNotMatch() => new(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
}
