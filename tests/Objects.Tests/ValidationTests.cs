using System.Net;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Tests;

public sealed class ValidationTests(SharedMoto moto)
{
    public static readonly TheoryData<string, string, string, string> Faults = new()
    {
        { "srcBucket", "", "srcBucket", "missing" },
        { "srcBucket", "-bad", "srcBucket", "not a valid bucket name" },
        { "srcBucket", "192.168.1.1", "srcBucket", "not a valid bucket name" },
        { "destBucket", "a..b", "destBucket", "not a valid bucket name" },
        { "destBucket", "ab", "destBucket", "not a valid bucket name" },
        { "srcPrefix", new string('x', 1025), "srcPrefix", "1025 bytes" },
        { "destPrefix", new string('长', 342), "destPrefix", "1026 bytes" },
        { "srcRegion", "EU West", "srcRegion", "not a valid region name" },
        { "destRegion", "cn--north", "destRegion", "not a valid region name" },
        { "srcEndpoint", "ftp://host", "srcEndpoint", "http or https" },
        { "destEndpoint", "http://user:pass@host", "destEndpoint", "http or https" },
        { "srcType", "Azure_Blob", "srcType", "Amazon_S3, Aliyun_OSS" },
        { "destStorageClass", "GLACIER", "destStorageClass", "INTELLIGENT_TIERING" },
        { "destAcl", "everybody", "destAcl", "bucket-owner-full-control" },
        { "destPutObjectSSEType", "AWS_KMS", "destPutObjectSSEKmsKeyId", "requires a key" },
        { "workerNumber", "0", "workerNumber", "from 1 to 100" },
        { "workerNumber", "many", "workerNumber", "from 1 to 100" },
        { "includeMetadata", "perhaps", "includeMetadata", "true or false" },
        { "srcEvent", "Create", "srcEvent", "not supported yet" },
        { "srcPrefixsListFile", "list.txt", "srcPrefixsListFile", "one prefix on each line" },
        { "srcCredentials", "nobody", "srcCredentials", "no secret named 'nobody'" },
        { "destCredentials", "nobody", "destCredentials", "no secret named 'nobody'" },
        { "destPrefix", "line\nbreak", "destPrefix", "control character" },
        { "isPayerRequest", "true", "isPayerRequest", "anonymous" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_bad_parameter_is_named_with_its_remedy(string name, string value, string field, string remedy)
    {
        using var bench = await Bench.CreateAsync(moto);
        if (name == "isPayerRequest")
            bench.Parameters.Remove("srcCredentials");
        bench.Parameters[name] = value;

        var error = Assert.Single(await ValidateAsync(bench));

        Assert.Equal(field, error.Field);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key\r\nx-amz-acl: public-read")]
    [InlineData("schlüssel")]
    public async Task A_value_that_cannot_be_sent_in_a_header_is_refused(string key)
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["destPutObjectSSEType"] = "AWS_KMS";
        bench.Parameters["destPutObjectSSEKmsKeyId"] = key;

        var error = Assert.Single(await ValidateAsync(bench));

        Assert.Equal("destPutObjectSSEKmsKeyId", error.Field);
        Assert.Contains("send its id or ARN", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefixes_that_together_are_longer_than_a_key_are_refused()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["srcPrefix"] = new string('s', 600);
        bench.Parameters["destPrefix"] = new string('d', 600);

        var error = Assert.Single(await ValidateAsync(bench));

        Assert.Equal("destPrefix", error.Field);
        Assert.Contains("1201 bytes", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_parameters_and_those_of_the_prior_systems_machines_are_accepted()
    {
        using var bench = await Bench.CreateAsync(moto);
        string[] names =
        [
            "ec2VpcId", "ec2Subnets", "finderEc2Memory", "finderDepth", "finderNumber", "maxCapacity", "minCapacity", "desiredCapacity",
            "alarmEmail",
        ];
        foreach (var name in names)
            bench.Parameters[name] = "1";
        bench.Parameters["srcEvent"] = "No";

        Assert.Empty(await ValidateAsync(bench));
    }

    [Fact]
    public async Task A_missing_bucket_is_found_out_at_once()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["srcBucket"] = "nowhere-to-be-found";
        bench.Parameters["destBucket"] = "nowhere-either";

        var errors = await ValidateAsync(bench);

        Assert.Equal(["srcBucket", "destBucket"], errors.Select(error => error.Field));
        Assert.All(errors, error => Assert.Contains("NoSuchBucket (404)", error.Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "InvalidAccessKeyId", "srcCredentials")]
    [InlineData(HttpStatusCode.Forbidden, "SignatureDoesNotMatch", "srcCredentials")]
    [InlineData(HttpStatusCode.Forbidden, "AccessDenied", "srcCredentials")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "SlowDown", null)]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError", null)]
    public async Task What_the_source_answers_decides_whether_a_task_can_be_created(HttpStatusCode status, string code, string? field)
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Wire.Answer = request =>
            request.RequestUri!.AbsolutePath.Contains(
                bench.SourceBucket, StringComparison.Ordinal) ? ScriptedWire.Error(status, code) : null;

        var errors = await ValidateAsync(bench);

        Assert.Equal(field, errors.SingleOrDefault()?.Field);
        Assert.All(errors, error => Assert.Contains(code, error.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_that_takes_no_connections_is_named()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["destEndpoint"] = "http://127.0.0.1:1";

        Assert.Equal("destEndpoint", Assert.Single(await ValidateAsync(bench)).Field);
    }

    [Theory]
    [InlineData("not json at all, hunter2")]
    [InlineData("[\"hunter2\"]")]
    [InlineData("{\"access_key_id\": \"hunter2\"}")]
    public async Task A_malformed_secret_is_named_and_never_repeated(string text)
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Vault["keys"] = text;

        var errors = await ValidateAsync(bench);

        Assert.Equal(["srcCredentials", "destCredentials"], errors.Select(error => error.Field));
        Assert.All(errors, error => Assert.Contains("'keys' is not JSON of the form", error.Remedy, StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", string.Concat(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copying_a_bucket_into_itself_is_refused_unless_the_copies_are_out_of_scope()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["destBucket"] = bench.SourceBucket;
        Assert.Equal("destPrefix", Assert.Single(await ValidateAsync(bench)).Field);

        bench.Parameters["srcPrefix"] = "in/";
        bench.Parameters["destPrefix"] = "out";
        Assert.Empty(await ValidateAsync(bench));
    }

    [Theory]
    [InlineData("Amazon_S3", "eu-west-1", "https://s3.eu-west-1.amazonaws.com/")]
    [InlineData("Amazon_S3", "cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn/")]
    [InlineData("Aliyun_OSS", "cn-hangzhou", "https://oss-cn-hangzhou.aliyuncs.com/")]
    [InlineData("Tencent_COS", "ap-guangzhou", "https://cos.ap-guangzhou.myqcloud.com/")]
    [InlineData("Qiniu_Kodo", "cn-east-1", "https://s3-cn-east-1.qiniucs.com/")]
    [InlineData("Google_GCS", "", "https://storage.googleapis.com/")]
    public void A_service_has_its_address(string type, string region, string address)
    {
        var settings = Parameters.Read(new Dictionary<string, string>
        {
            ["srcType"] = type,
            ["srcRegion"] = region,
            ["srcBucket"] = "bucket",
            ["destBucket"] = "other",
        });

        Assert.Equal(address, settings.Source.Bucket().Address.ToString());
        Assert.False(settings.Source.Bucket().PathStyle);
    }

    [Theory]
    [InlineData("https://s3.example.com", false)]
    [InlineData("s3.example.com", false)]
    [InlineData("http://127.0.0.1:9000", true)]
    [InlineData("http://localhost:9000", true)]
    [InlineData("http://minio:9000", true)]
    public void Addresses_without_a_domain_get_the_bucket_in_the_path(string endpoint, bool isPathStyle) =>
        Assert.Equal(isPathStyle, Parameters.Read(new Dictionary<string, string>
        {
            ["srcEndpoint"] = endpoint,
            ["srcBucket"] = "bucket",
            ["destBucket"] = "other",
        }).Source.Bucket().PathStyle);

    // As a task is created: remote services are asked only about what has no other fault.
    static async Task<IReadOnlyList<InputError>> ValidateAsync(Bench bench)
    {
        var parameters = new TaskParameters(bench.Parameters);
        return bench.Plugin.Check(parameters) is { Count: > 0 } faults ? faults : await bench.Plugin.ProbeAsync(parameters, Bench.Ct);
    }

    [Theory]
    [InlineData("", "INTELLIGENT_TIERING")]
    [InlineData("https://s3.example.com", null)]
    public void The_storage_class_is_one_of_amazons_only_for_amazon_unless_it_is_chosen(string endpoint, string? storageClass)
    {
        var parameters = new Dictionary<string, string>
        {
            ["srcBucket"] = "source",
            ["destBucket"] = "destination",
            ["destEndpoint"] = endpoint,
        };

        Assert.Equal(storageClass, Parameters.Read(parameters).Attributes.StorageClass);
        parameters["destStorageClass"] = "STANDARD_IA";
        Assert.Equal("STANDARD_IA", Parameters.Read(parameters).Attributes.StorageClass);
    }
}
