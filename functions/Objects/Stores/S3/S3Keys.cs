using System.Text;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Which keys a service accepts.</summary>
static class S3Keys
{
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    const int MostBytes = 1024;

    /// <summary>Why a service cannot have an object with a key, and what to do about it; null if it can.</summary>
    public static string? FindFault(S3Service service, string key)
    {
        if (key.Length == 0)
            return "an object must have a key";
        if (BytesOf(key) is not { } bytes)
            return "the key is no valid Unicode text; rename the object in the source";
        var most = MostBytesOf(service);
        if (bytes > most)
            return $"the key has {bytes} bytes at the destination, where {most} are allowed; shorten destPrefix, or the key in the source";
        return service switch
        {
            // https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
            // https://www.tencentcloud.com/document/product/436/13324
            S3Service.Aliyun_OSS or S3Service.Tencent_COS when key[0] is '/' or '\\' =>
                $"keys of the destination cannot start with '{key[0]}'; send a destPrefix",
            S3Service.Tencent_COS when key.AsSpan().ContainsAnyInRange('\u0018', '\u001b') =>
                "keys of the destination cannot contain the control characters 24 to 27; rename the object in the source",
            // https://cloud.google.com/storage/docs/objects#naming
            S3Service.Google_GCS when key is "." or ".." => $"keys of the destination cannot be '{key}'; send a destPrefix",
            S3Service.Google_GCS when key.AsSpan().ContainsAny('\r', '\n') =>
                "keys of the destination cannot contain line breaks; rename the object in the source",
            _ => null,
        };
    }

    static int MostBytesOf(S3Service service) => service switch
    {
        S3Service.Aliyun_OSS => 1023,
        S3Service.Tencent_COS => 850,
        _ => MostBytes,
    };

    static int? BytesOf(string key)
    {
        try
        {
            return StrictUtf8.Encoding.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }
}
