using System.Net;
using System.Text;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;

namespace DataTransferHub.Objects.Tests;

/// <summary>Listings that are not as the protocol has them end the run; none is taken for a complete one.</summary>
public sealed class ListingAnswerTests(SharedMoto moto)
{
    [Theory]
    [InlineData("<IsTruncated>1</IsTruncated><NextContinuationToken>t</NextContinuationToken>", false)]
    [InlineData("<IsTruncated>0</IsTruncated>", true)]
    [InlineData("<IsTruncated>False</IsTruncated>", true)]
    public async Task Both_forms_of_a_boolean_are_understood(string end, bool isLast)
    {
        using var bench = await Answering($"<Contents><Key>a</Key><Size>1</Size></Contents>{end}");
        var transfer = await bench.OpenAsync();
        Assert.Equal(isLast, (await transfer.Source.ListAsync("", null, null, 10, Bench.Ct)).IsLast);
    }

    [Theory]
    [InlineData("<IsTruncated>yes</IsTruncated>")]
    [InlineData("<IsTruncated></IsTruncated>")]
    [InlineData("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>")]
    [InlineData("<Contents><Key></Key><Size>1</Size></Contents><IsTruncated>false</IsTruncated>")]
    public async Task An_answer_from_which_no_listing_follows_is_a_fault(string content)
    {
        using var bench = await Answering(content);
        var transfer = await bench.OpenAsync();
        await Assert.ThrowsAsync<StoreException>(() => transfer.Source.ListAsync("", null, "t", 10, Bench.Ct));
    }

    [Fact]
    public async Task An_answer_without_end_is_a_fault_and_is_not_kept_in_memory()
    {
        using var bench = await Answering(new string(' ', 20 << 20));
        var transfer = await bench.OpenAsync();
        var fault = await Assert.ThrowsAsync<StoreException>(() => transfer.Source.ListAsync("", null, null, 10, Bench.Ct));
        Assert.Contains("more than 16777216 bytes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_without_a_key_is_never_sent_as_it_would_create_the_bucket()
    {
        using var bench = await Bench.CreateAsync(moto);
        var transfer = await bench.OpenAsync();
        var fault = await Assert.ThrowsAsync<StoreException>(
            () => transfer.Destination.PutAsync("", new MemoryContent(new byte[1]), null, ObjectAttributes.None, Bench.Ct));
        Assert.Equal(StoreFault.Invalid, fault.Fault);
    }

    async Task<Bench> Answering(string content)
    {
        var bench = await Bench.CreateAsync(moto);
        bench.Wire.Answer = _ => new(HttpStatusCode.OK)
        {
            Content = new StringContent($"<ListBucketResult>{content}</ListBucketResult>", Encoding.UTF8, "application/xml"),
        };
        return bench;
    }
}
