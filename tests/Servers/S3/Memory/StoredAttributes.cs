namespace DataTransferHub.Servers.S3.Memory;

/// <summary>What is stored with an object: headers that reads get back, storage class and encryption.</summary>
/// <param name="Headers">Content headers and metadata.</param>
/// <param name="StorageClass">The storage class.</param>
/// <param name="Encryption"><c>AES256</c>, <c>aws:kms</c>, <c>customer</c> or null.</param>
/// <param name="KeyId">The KMS key, or the MD5 of the customer's key, or null.</param>
sealed record StoredAttributes(IReadOnlyList<KeyValuePair<string, string>> Headers, string StorageClass, string? Encryption, string? KeyId)
{
    const int MaximumMetadataBytes = 2048;
    const string EncryptionHeader = "x-amz-server-side-encryption";
    const string CustomerHeader = "x-amz-server-side-encryption-customer-";

    static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires",
    };

    static readonly HashSet<string> StorageClasses =
    [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
    ];

    static readonly HashSet<string> Acls =
    [
        "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
        "bucket-owner-full-control",
    ];

    /// <summary>Whether the object's ETag says nothing of its content.</summary>
    public bool IsOpaque => Encryption is not (null or "AES256");

    /// <summary>Whether it must be restored before it can be read.</summary>
    public bool IsArchived => StorageClass is "GLACIER" or "DEEP_ARCHIVE";

    /// <exception cref="S3Error">A header is not valid.</exception>
    public static StoredAttributes Read(S3Call call, BucketQuirks quirks)
    {
        var storageClass = call.Header("x-amz-storage-class") ?? "STANDARD";
        if (!StorageClasses.Contains(storageClass))
            throw new S3Error(400, "InvalidStorageClass", "The storage class you specified is not valid");
        if (call.Header("x-amz-acl") is { } acl && !Acls.Contains(acl))
            throw S3Error.InvalidArgument($"'{acl}' is no canned ACL");

        var headers = new List<KeyValuePair<string, string>>();
        var metadata = 0;
        foreach (var (name, values) in call.Http.Request.Headers)
        {
            var value = values.ToString();
            if (name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
            {
                metadata += name.Length - "x-amz-meta-".Length + value.Length;
                headers.Add(new(name.ToLowerInvariant(), value));
            }
            else if (Kept.Contains(name))
            {
                // The encoding of the transfer is not a property of the object.
                if (name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase))
                    value = string.Join(',', value.Split(',', StringSplitOptions.TrimEntries).Where(encoding => encoding != "aws-chunked"));
                if (value.Length > 0)
                    headers.Add(new(name, value));
            }
        }

        if (metadata > MaximumMetadataBytes)
            throw new S3Error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
        var (encryption, key) = ReadEncryption(call, quirks);
        return new StoredAttributes(headers, storageClass, encryption, key);
    }

    /// <summary>Refuses a read that lacks the customer's key.</summary>
    public void CheckKey(S3Call call)
    {
        if (Encryption == "customer" && call.Header(CustomerHeader + "key-md5") != KeyId)
        {
            throw S3Error.InvalidRequest(
                "The object was stored using a form of Server Side Encryption. "
                    + "The correct parameters must be provided to retrieve the object.");
        }
    }

    /// <summary>Says how the object is encrypted.</summary>
    public void TellEncryption(S3Call call)
    {
        var headers = call.Http.Response.Headers;
        if (Encryption == "customer")
        {
            headers[CustomerHeader + "algorithm"] = "AES256";
            headers[CustomerHeader + "key-md5"] = KeyId;
        }
        else if (Encryption is not null)
        {
            headers[EncryptionHeader] = Encryption;
            if (KeyId is not null)
                headers[EncryptionHeader + "-aws-kms-key-id"] = KeyId;
        }
    }

    static (string? Encryption, string? KeyId) ReadEncryption(S3Call call, BucketQuirks quirks)
    {
        if (call.Header(CustomerHeader + "algorithm") is { } algorithm)
        {
            return algorithm == "AES256" && call.Header(CustomerHeader + "key") is not null
                && call.Header(CustomerHeader + "key-md5") is { } md5
                ? ("customer", md5)
                : throw S3Error.InvalidArgument("The customer's key needs algorithm AES256, the key and its MD5");
        }

        var encryption = call.Header(EncryptionHeader) ?? quirks.Encryption;
        return encryption switch
        {
            null or "AES256" => (encryption, null),
            "aws:kms" =>
                (encryption, call.Header(EncryptionHeader + "-aws-kms-key-id") ?? "arn:aws:kms:us-east-1:000000000000:key/default"),
            _ => throw S3Error.InvalidArgument($"The encryption method '{encryption}' is not supported"),
        };
    }
}
