namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Services with the S3 protocol whose addresses are known; the names are values of <c>srcType</c>.</summary>
enum S3Service
{
    Amazon_S3,
    Aliyun_OSS,
    Qiniu_Kodo,
    Tencent_COS,
    Google_GCS,
}
