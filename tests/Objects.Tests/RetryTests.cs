using System.Net;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

public sealed class RetryTests(SharedMoto moto)
{
    [Fact]
    public async Task Pauses_double_up_to_a_limit_under_full_jitter_and_attempts_are_bounded()
    {
        var fault = new StoreException(StoreSide.Source, StoreFault.ServerError, "broken");
        var time = new FakeTimeProvider();
        var attempts = 0;

        var run = new StoreRetry(time, () => 0.5, 8).RunAsync<int>((attempt, _) => { attempts = attempt; throw fault; }, Bench.Ct);
        while (!run.IsCompleted)
            time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<StoreException>(() => run);
        Assert.Equal(8, attempts);
        var longest = new StoreRetry(time, () => 1, 8);
        Assert.Equal(
            [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10], Enumerable.Range(1, 8).Select(attempt => longest.Pause(attempt, fault).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(0.1), new StoreRetry(time, () => 0.5, 8).Pause(1, fault));
    }

    [Fact]
    public void The_store_can_ask_for_a_longer_pause_but_not_for_ever()
    {
        var retry = new StoreRetry(TimeProvider.System, () => 0, 3);
        StoreException Asks(int seconds) => new(StoreSide.Source, StoreFault.Throttled, "", retryAfter: TimeSpan.FromSeconds(seconds));

        Assert.Equal(TimeSpan.FromSeconds(7), retry.Pause(1, Asks(7)));
        Assert.Equal(TimeSpan.FromSeconds(60), retry.Pause(1, Asks(100_000)));
    }

    [Fact]
    public async Task What_is_not_transient_is_not_tried_again()
    {
        var attempts = 0;
        await Assert.ThrowsAsync<StoreException>(() => new StoreRetry(TimeProvider.System, () => 0,
            5).RunAsync<int>((attempt, _) =>
            {
                attempts = attempt;
                throw new StoreException(StoreSide.Source, StoreFault.AccessDenied, "no");
            }, Bench.Ct));
        Assert.Equal(1, attempts);
    }

    /// <summary>The last attempt began during an outage, and failed when others had succeeded after it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attempt_from_before_the_end_of_an_outage_is_not_the_last(bool failsAlone)
    {
        var fault = new StoreException(StoreSide.Source, StoreFault.ServerError, "broken");
        var time = new FakeTimeProvider();
        var health = new EndpointHealth(StoreSide.Source, time);
        var attempts = 0;
        var run = new StoreRetry(time, () => 0.5, 3, healthOf: _ => health).RunAsync(
            (attempt, _) =>
            {
                attempts = attempt;
                time.Advance(TimeSpan.FromSeconds(1));
                if (attempt > 3 && !failsAlone)
                    return Task.FromResult(true);
                health.Failed(AccessKind.Read);
                time.Advance(TimeSpan.FromSeconds(1));
                if (attempt == 3)
                    health.Succeeded(AccessKind.Read, health.Now);
                throw fault;
            },
            Bench.Ct);
        while (!run.IsCompleted)
            time.Advance(TimeSpan.FromSeconds(1));

        if (failsAlone)
            await Assert.ThrowsAsync<StoreException>(() => run);
        else
            Assert.True(await run);
        Assert.Equal(4, attempts);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "SlowDown")]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(HttpStatusCode.BadGateway, "")]
    [InlineData(HttpStatusCode.BadRequest, "RequestTimeout")]
    public async Task An_object_whose_store_fails_twice_is_copied_the_third_time(HttpStatusCode status, string code)
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("key", [1, 2, 3]);
        var failures = 0;
        bench.Wire.Answer = request => request.Method == HttpMethod.Put && ++failures < 3 ? ScriptedWire.Error(status, code) : null;

        Assert.Equal(1, (await bench.TransferAsync()).Copied);
    }

    [Fact]
    public async Task An_object_that_fails_for_good_can_be_retried_alone()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("bad", [1]);
        await bench.PutAsync("good", [2]);
        bench.Wire.Answer = request =>
            request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath.EndsWith("/bad", StringComparison.Ordinal)
            ? ScriptedWire.Error(HttpStatusCode.Forbidden, "AccessDenied", "not this one") : null;

        Assert.Equal(new(1, 1, 0, 1), await bench.TransferAsync());
        Assert.Contains(
            "AccessDenied (403): not this one (request R1). Use credentials in destCredentials",
            Assert.Single(bench.Errors),
            StringComparison.Ordinal);
        bench.Wire.Answer = _ => null;
        var found = await bench.FindAsync(retryOf: bench.Run.RunId);

        Assert.Equal((1, null), (found.Units, found.NextKey));
        Assert.Equal(new(1, 0, 0, 1), await bench.CopyUnitAsync(Assert.Single(bench.Units)));
    }

    [Fact]
    public async Task A_clock_that_is_wrong_follows_the_store()
    {
        using var bench = await Bench.CreateAsync(moto);
        await bench.PutAsync("key", [1]);
        var dates = new List<string>();
        bench.Wire.Answer = request =>
        {
            dates.Add(request.Headers.NonValidated["x-amz-date"].ToString());
            if (dates.Count > 1)
                return null;
            var error = ScriptedWire.Error(HttpStatusCode.Forbidden, "RequestTimeTooSkewed");
            error.Headers.Date = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
            return error;
        };
        var source = (await bench.OpenAsync()).Source;

        await Assert.ThrowsAsync<StoreException>(() => source.HeadAsync("key", Bench.Ct));
        await source.HeadAsync("key", Bench.Ct);

        Assert.StartsWith("20010203T0405", dates[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_in_another_region_is_followed_there()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters.Remove("srcEndpoint");
        var hosts = new List<string>();
        bench.Wire.Answer = request =>
        {
            hosts.Add(request.RequestUri!.Host);
            var moved = ScriptedWire.Error(HttpStatusCode.MovedPermanently, "PermanentRedirect");
            moved.Headers.Add("x-amz-bucket-region", "eu-west-3");
            return hosts.Count == 1 ? moved : new HttpResponseMessage { Content = new StringContent("<ListBucketResult/>") };
        };
        var transfer = await bench.OpenAsync();

        await transfer.Retry.RunAsync(token => transfer.Source.ListAsync("", null, null, 1, token), Bench.Ct);

        Assert.Equal([$"{bench.SourceBucket}.s3.us-east-1.amazonaws.com", $"{bench.SourceBucket}.s3.eu-west-3.amazonaws.com"], hosts);
    }
}
