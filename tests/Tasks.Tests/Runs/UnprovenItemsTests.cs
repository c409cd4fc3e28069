using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Tasks.Tests.Runs;

public sealed class UnprovenItemsTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Marks_are_kept_by_destination_until_they_are_taken_off()
    {
        await using var hub = new TestHub();
        var items = hub.Get<IUnprovenItems>();
        (string, string)[] marks = [("https://a/b", "one"), ("https://a/b", "two"), ("https://a/b", "one"), ("https://a/c", "one")];
        foreach (var (destination, key) in marks)
            await items.AddAsync(destination, key, Cancellation);

        await items.RemoveAsync("https://a/b", "two", Cancellation);
        await items.RemoveAsync("https://a/b", "unknown", Cancellation);

        Assert.Equal(["one"], await items.ListAsync("https://a/b", Cancellation));
        Assert.Equal(["one"], await items.ListAsync("https://a/c", Cancellation));
        Assert.Empty(await items.ListAsync("https://a/d", Cancellation));
    }
}
