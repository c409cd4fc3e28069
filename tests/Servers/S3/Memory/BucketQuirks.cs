namespace DataTransferHub.Servers.S3.Memory;

/// <summary>How a bucket differs from one of Amazon's: quirks of other stores, and faults. May be changed at any time.</summary>
public sealed class BucketQuirks
{
    /// <summary>
    /// How objects are encrypted when a request does not say: null, <c>AES256</c> or <c>aws:kms</c>. With the last, ETags are opaque:
    /// 32 hexadecimal digits that are not an MD5.
    /// </summary>
    public string? Encryption { get; set; }

    /// <summary>Which responses to writes say how the object is encrypted.</summary>
    public EncryptionAnswers EncryptionAnswers { get; set; }

    /// <summary>ETags are opaque, and nothing says so.</summary>
    public bool HasOpaqueETags { get; set; }

    /// <summary>ETags have the form of those of S3 Express directory buckets: they are opaque, and not hexadecimal.</summary>
    public bool HasExpressETags { get; set; }

    /// <summary>
    /// An object with <c>Content-Encoding: gzip</c> is decompressed for clients that do not accept gzip, and sent without a length, as
    /// Google Cloud Storage does.
    /// </summary>
    public bool TranscodesGzip { get; set; }

    /// <summary>ETags of joined objects have the usual form, but are computed in another way.</summary>
    public bool HasOtherCompositeETags { get; set; }

    /// <summary>Which listings the store knows.</summary>
    public ListingVersions Listings { get; set; }

    /// <summary>Every page of a listing comes after so many that are truncated and empty.</summary>
    public int EmptyPages { get; set; }

    /// <summary>The most keys of a page, whatever is asked for.</summary>
    public int MaximumKeysPerPage { get; set; } = 1000;

    /// <summary>What listings of objects write for a key.</summary>
    public Func<string, string> ListedKey { get; set; } = key => key;

    /// <summary>Answers have no <c>Content-Length</c>: bodies are chunked.</summary>
    public bool HidesLengths { get; set; }

    /// <summary>Uploads are completed with an empty <c>ETag</c> in the answer, as radosgw does.</summary>
    public bool HidesCompositeETags { get; set; }

    /// <summary>Takes any <c>Content-MD5</c> and any checksum, right or wrong, as Moto and s3rver do.</summary>
    public bool IgnoresDigests { get; set; }

    /// <summary>
    /// Says of which objects and parts one byte is changed before they are stored; their ETags are those of the changed bytes.
    /// </summary>
    public Func<S3Call, bool> Damages { get; set; } = _ => false;

    /// <summary>What becomes of <c>x-amz-checksum-*</c>.</summary>
    public ChecksumSupport Checksums { get; set; }

    /// <summary>What reads with <c>partNumber</c> get.</summary>
    public PartReads PartReads { get; set; }

    /// <summary>Returns the fault of a request, or null. Called before the request is processed.</summary>
    public Func<S3Call, Fault?> Script { get; set; } = _ => null;
}

/// <summary>What becomes of <c>x-amz-checksum-*</c>.</summary>
public enum ChecksumSupport
{
    /// <summary>A checksum that comes with an object is checked, stored and returned.</summary>
    OnRequest,

    /// <summary>In addition, objects without one get a CRC64NVME of their content, as Amazon does since December 2024.</summary>
    Always,

    /// <summary>The headers are ignored.</summary>
    Ignored,

    /// <summary>Requests with such a header are answered with 501.</summary>
    Refused,
}

/// <summary>Which responses to writes say how the object is encrypted.</summary>
public enum EncryptionAnswers
{
    /// <summary>All of them, as Amazon answers.</summary>
    All,

    /// <summary>Those to the start of an upload, and those to whole objects; not those to parts.</summary>
    NotOfParts,

    /// <summary>Those to parts, and those to whole objects; not those to the start of an upload.</summary>
    NotOfUploads,
}

/// <summary>Which listings a store knows.</summary>
public enum ListingVersions
{
    /// <summary>Both.</summary>
    Both,

    /// <summary>The first: <c>list-type=2</c> is ignored, with <c>start-after</c> and <c>continuation-token</c>.</summary>
    FirstIgnoringSecond,

    /// <summary>The first: <c>list-type=2</c> is answered with 501.</summary>
    FirstRefusingSecond,
}

/// <summary>What reads with <c>partNumber</c> get.</summary>
public enum PartReads
{
    /// <summary>The part, as Amazon answers: 206, the part's length, the object's ETag, the number of parts.</summary>
    Amazon,

    /// <summary>The whole object.</summary>
    Ignored,

    /// <summary>501.</summary>
    Refused,
}
