namespace DataTransferHub.Objects.Stores.S3;

/// <summary>The services that speak the S3 protocol and whose addresses are known; the names are those of <c>srcType</c>.</summary>
enum S3Service
{
    Amazon_S3,
    Aliyun_OSS,
    Qiniu_Kodo,
    Tencent_COS,
    Google_GCS,
}
