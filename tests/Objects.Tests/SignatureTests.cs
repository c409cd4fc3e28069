using DataTransferHub.Objects.Stores.S3;

namespace DataTransferHub.Objects.Tests;

/// <summary>The examples that Amazon publishes for Signature Version 4 of S3 with the Authorization header.</summary>
public sealed class SignatureTests
{
    const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const string PutHash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";

    [Theory]
    [InlineData("GET", "/test.txt", "", EmptyHash, "range=bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("PUT", "/test%24file.text", "", PutHash, "date=Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class=REDUCED_REDUNDANCY",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("GET", "/", "lifecycle=", EmptyHash, "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("GET", "/", "max-keys=2&prefix=J", EmptyHash, "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void A_published_example_gets_its_published_signature(
        string method, string path, string query, string hash, string more, string signature)
    {
        var headers = new List<KeyValuePair<string, string>>
        {
            new("host", "examplebucket.s3.amazonaws.com"), new("x-amz-content-sha256", hash), new("x-amz-date", "20130524T000000Z"),
        };
        foreach (var header in more.Split('|', StringSplitOptions.RemoveEmptyEntries))
            headers.Add(new(header[..header.IndexOf('=')], header[(header.IndexOf('=') + 1)..]));
        headers.Sort((x, y) => string.CompareOrdinal(x.Key, y.Key));

        var authorization = new SignatureV4("us-east-1").Authorize(
            new S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null), method, path, query, headers, hash,
            "20130524T000000Z");

        Assert.EndsWith(signature, authorization, StringComparison.Ordinal);
        Assert.Contains("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request", authorization, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b+c%/é", "a%20b%2Bc%25/%C3%A9")]
    [InlineData("a//b/./../c", "a//b/./../c")]
    [InlineData("-._~", "-._~")]
    public void A_key_is_encoded_once_and_its_slashes_and_dots_stay(string key, string encoded) =>
        Assert.Equal(encoded, S3Path.EncodeKey(key));
}
