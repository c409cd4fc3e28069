using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3.Memory;

namespace DataTransferHub.Objects.Tests;

/// <summary>Answers of stores that never end are read to a limit, and then told.</summary>
public sealed class ListingLimitTests(SharedMemoryS3 shared)
{
    [Theory]
    [InlineData(ListingVersions.Both)]
    [InlineData(ListingVersions.FirstRefusingSecond)]
    public async Task Many_empty_pages_in_a_row_are_read_and_endless_ones_are_a_fault(ListingVersions versions)
    {
        var server = await shared.GetAsync();
        using var bench = await Bench.CreateAsync(server);
        await bench.PutAsync("a", [1]);
        await bench.PutAsync("b", [2]);
        var quirks = server.QuirksOf(bench.DestinationBucket);
        (quirks.Listings, quirks.EmptyPages) = (versions, 300);
        Assert.Equal(2, (await bench.TransferAsync()).Copied);
        Assert.Equal(0, (await bench.FindAsync()).Findings.ToCopy);

        quirks.EmptyPages = int.MaxValue;
        var transfer = await bench.OpenAsync();
        foreach (var read in (Func<Task>[])[
            async () => await Listing.ReadAsync(transfer.Destination, "", null, transfer.Retry, Bench.Ct).ToListAsync(Bench.Ct),
            async () => await Listing.FindAsync(transfer.Destination, "a", transfer.Retry, Bench.Ct)])
        {
            var fault = await Assert.ThrowsAsync<StoreException>(read);
            Assert.Contains("500 empty pages", fault.Message, StringComparison.Ordinal);
            Assert.Equal(StoreSide.Destination, fault.Side);
        }
    }
}
