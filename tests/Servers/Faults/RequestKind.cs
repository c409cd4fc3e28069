namespace DataTransferHub.Servers.Faults;

/// <summary>What an S3 request asks for, determined from its method, path and query.</summary>
public enum RequestKind
{
    /// <summary>Reads an object or a range of it.</summary>
    GetObject,

    /// <summary>Reads an object's properties.</summary>
    HeadObject,

    /// <summary>Writes an object in one request.</summary>
    PutObject,

    /// <summary>Deletes an object.</summary>
    DeleteObject,

    /// <summary>Starts a multipart upload.</summary>
    CreateUpload,

    /// <summary>Sends one part.</summary>
    UploadPart,

    /// <summary>Lists the parts of an upload.</summary>
    ListParts,

    /// <summary>Completes a multipart upload.</summary>
    CompleteUpload,

    /// <summary>Aborts a multipart upload.</summary>
    AbortUpload,

    /// <summary>Lists objects.</summary>
    ListObjects,

    /// <summary>Lists multipart uploads.</summary>
    ListUploads,

    /// <summary>Anything else about a bucket or the service.</summary>
    Bucket,
}
