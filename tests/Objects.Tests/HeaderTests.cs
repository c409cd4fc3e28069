using Amazon.S3;
using Amazon.S3.Model;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

public sealed class HeaderTests(SharedMoto moto)
{
    [Theory]
    [InlineData(10)]
    [InlineData(13 << 20)]
    public async Task Metadata_comes_along(int size)
    {
        using var bench = await Bench.CreateAsync(moto);
        await PutWithMetadataAsync(bench, size);

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        var copy = await bench.Server.Client.GetObjectMetadataAsync(bench.DestinationBucket, "key", Bench.Ct);
        Assert.Equal("text/x-odd; charset=utf-8", copy.Headers.ContentType);
        Assert.Equal("attachment; filename=\"a  b.txt\"", copy.Headers.ContentDisposition);
        Assert.Equal("max-age=7", copy.Headers.CacheControl);
        Assert.Equal("zh", copy.Headers["Content-Language"]);
        Assert.Equal("two  blanks", copy.Metadata["x-amz-meta-note"]);
    }

    [Fact]
    public async Task Metadata_stays_behind_when_it_is_not_wanted()
    {
        using var bench = await Bench.CreateAsync(moto);
        await PutWithMetadataAsync(bench, 10);
        bench.Parameters["includeMetadata"] = "false";

        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        var copy = await bench.Server.Client.GetObjectMetadataAsync(bench.DestinationBucket, "key", Bench.Ct);
        Assert.Equal(0, copy.Metadata.Count);
        Assert.NotEqual("max-age=7", copy.Headers.CacheControl);
    }

    [Theory]
    [InlineData("PUT", 10)]
    [InlineData("POST", 13 << 20)]
    public async Task Storage_class_acl_and_encryption_are_asked_for(string method, int size)
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["destStorageClass"] = "STANDARD_IA";
        bench.Parameters["destAcl"] = "public-read";
        bench.Parameters["destPutObjectSSEType"] = "AWS_KMS";
        bench.Parameters["destPutObjectSSEKmsKeyId"] = "key-1";
        await bench.PutAsync("key", Content.Random(size, 1));
        var sent = new List<string>();
        bench.Wire.Answer = request =>
        {
            if (request.Method.Method == method && !request.RequestUri!.Query.Contains("uploadId", StringComparison.Ordinal))
            {
                sent.AddRange(request.Headers.NonValidated
                    .Where(header => header.Key.StartsWith("x-amz-s", StringComparison.Ordinal) || header.Key == "x-amz-acl")
                    .Select(header => $"{header.Key}={header.Value}"));
            }

            return null;
        };

        var result = await bench.TransferAsync();

        Assert.True(bench.Errors.Count == 0, string.Join(" ", bench.Errors));
        Assert.Equal(1, result.Copied);
        Assert.Equal(
            [
                "x-amz-acl=public-read", "x-amz-server-side-encryption-aws-kms-key-id=key-1", "x-amz-server-side-encryption=aws:kms",
                "x-amz-storage-class=STANDARD_IA",
            ],
            sent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Archived_objects_are_counted_as_archived_and_not_as_unchanged()
    {
        using var bench = await Bench.CreateAsync(moto);
        var archived = new PutObjectRequest
        {
            BucketName = bench.SourceBucket,
            Key = "cold",
            ContentBody = "x",
            StorageClass = S3StorageClass.Glacier,
            UseChunkEncoding = false,
        };
        await bench.Server.Client.PutObjectAsync(archived, Bench.Ct);

        var findings = (await bench.FindAsync()).Findings;
        Assert.Equal((1, 1, 1, 0), (findings.Found, findings.Skipped, findings.Archived, findings.ToCopy));
    }

    static async Task PutWithMetadataAsync(Bench bench, int size)
    {
        using var content = new MemoryStream(Content.Random(size, 1));
        var request = new PutObjectRequest
        {
            BucketName = bench.SourceBucket,
            Key = "key",
            InputStream = content,
            UseChunkEncoding = false,
        };
        request.Headers.ContentType = "text/x-odd; charset=utf-8";
        request.Headers.ContentDisposition = "attachment; filename=\"a  b.txt\"";
        request.Headers.CacheControl = "max-age=7";
        request.Headers["Content-Language"] = "zh";
        request.Metadata["note"] = "two  blanks";
        await bench.Server.Client.PutObjectAsync(request, Bench.Ct);
    }
}
