using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Tasks.Tests.Runs;

public sealed class CopiedVersionsTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_are_kept_by_route_in_key_order_and_replace_each_other()
    {
        await using var hub = new TestHub();
        var versions = hub.Get<ICopiedVersions>();
        await versions.WriteAsync("s", "d", [Of("b", "1"), Of("\uFFFD", "1"), Of("😀", "1"), Of("a", "1")], Cancellation);
        await versions.WriteAsync("other", "d", [Of("a", "9")], Cancellation);
        await versions.WriteAsync("s", "d", [Of("b", "2")], Cancellation);

        Assert.Equal([Of("b", "2"), Of("\uFFFD", "1"), Of("😀", "1")], await versions.ListAsync("s", "d", "aa", 10, Cancellation));
        Assert.Equal([Of("a", "1")], await versions.ListAsync("s", "d", "", 1, Cancellation));
        await versions.RemoveAsync("s", "d", ["a", "b", "unknown"], Cancellation);

        Assert.Equal([Of("\uFFFD", "1"), Of("😀", "1")], await versions.ListAsync("s", "d", "", 10, Cancellation));
        Assert.Equal([Of("a", "9")], await versions.ListAsync("other", "d", "", 10, Cancellation));
        Assert.Empty(await versions.ListAsync("s", "other", "", 10, Cancellation));
    }

    static CopiedVersion Of(string key, string version) => new(key, version, "copy");
}
