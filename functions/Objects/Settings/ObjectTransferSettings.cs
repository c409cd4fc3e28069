using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Settings;

/// <summary>How the destination is asked to encrypt.</summary>
enum ServerSideEncryption
{
    None,
    AES256,
    AWS_KMS,
}

/// <summary>The parameters of an object transfer, read and checked once.</summary>
/// <param name="Source">Where objects come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="SourcePrefix">Only keys that start with it are in scope; it stays part of the destination's keys.</param>
/// <param name="DestinationPrefix">What is put before every key, with its slash; empty for nothing.</param>
/// <param name="SkipCompare">Whether everything is copied without looking at the destination.</param>
/// <param name="IncludeMetadata">Whether content headers and user metadata come along.</param>
/// <param name="StorageClass">The storage class to ask for, or null for the standard one.</param>
/// <param name="Acl">The canned ACL to ask for, or null for none.</param>
/// <param name="Encryption">The encryption to ask for.</param>
/// <param name="KmsKeyId">The key for <see cref="ServerSideEncryption.AWS_KMS"/>.</param>
/// <param name="Workers">Units of work that are in flight at once.</param>
sealed record ObjectTransferSettings(
    StoreLocation Source,
    StoreLocation Destination,
    string SourcePrefix,
    string DestinationPrefix,
    bool SkipCompare,
    bool IncludeMetadata,
    string? StorageClass,
    string? Acl,
    ServerSideEncryption Encryption,
    string KmsKeyId,
    int Workers)
{
    /// <summary>Reads parameters that were checked when the task was created.</summary>
    /// <exception cref="ArgumentException">They are not good after all; the message names every fault.</exception>
    public static ObjectTransferSettings Read(IReadOnlyDictionary<string, string> parameters)
    {
        var errors = new List<InputError>();
        var settings = SettingsReader.Read(new TaskParameters(parameters), errors);
        return errors.Count == 0 ? settings : throw new ArgumentException(string.Join(" ", errors));
    }

    /// <summary>The key at the destination of a key of the source.</summary>
    public string DestinationKey(string key) => DestinationPrefix + key;

    /// <summary>What is stored with an object whose source has these headers.</summary>
    public ObjectAttributes AttributesFor(ObjectHead head)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (IncludeMetadata)
            headers.AddRange(head.Headers);
        if (StorageClass is not null)
            headers.Add(new("x-amz-storage-class", StorageClass));
        if (Acl is not null)
            headers.Add(new("x-amz-acl", Acl));
        if (Encryption != ServerSideEncryption.None)
            headers.Add(new("x-amz-server-side-encryption", Encryption == ServerSideEncryption.AWS_KMS ? "aws:kms" : "AES256"));
        if (Encryption == ServerSideEncryption.AWS_KMS)
            headers.Add(new("x-amz-server-side-encryption-aws-kms-key-id", KmsKeyId));
        return new ObjectAttributes(headers);
    }
}
