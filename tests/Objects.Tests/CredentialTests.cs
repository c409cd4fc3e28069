using Amazon.Runtime;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.S3;
using DataTransferHub.Objects.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

public sealed class CredentialTests
{
    static readonly AWSCredentials Keys = new BasicAWSCredentials("id", "key");

    readonly AskedTime _time = new();
    int _lookUps;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_that_could_not_be_found_is_looked_for_again_after_a_short_pause()
    {
        AWSCredentials? account = null;
        var credentials = Credentials(() => account ?? throw new AmazonClientException("no account"));
        await AssertNotFoundAsync(credentials);
        account = Keys;

        _time.Advance(AccountCredentials.PauseAfterFailure - TimeSpan.FromTicks(1));
        await AssertNotFoundAsync(credentials);
        Assert.Equal(1, _lookUps);

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("id", (await credentials.GetAsync(Ct))!.AccessKeyId);
        Assert.Equal(2, _lookUps);
    }

    [Fact]
    public async Task An_account_that_was_found_is_kept()
    {
        var credentials = Credentials(() => Keys);
        for (var request = 0; request < 3; request++)
        {
            Assert.Equal("key", (await credentials.GetAsync(Ct))!.SecretAccessKey);
            _time.Advance(TimeSpan.FromHours(10));
        }

        Assert.Equal(1, _lookUps);
    }

    [Fact]
    public async Task Requests_at_once_share_one_look_up_and_its_failure()
    {
        using var gate = new ManualResetEventSlim();
        var credentials = Credentials(() =>
        {
            gate.Wait(Ct);
            throw new AmazonClientException("no account");
        });
        var requests = Enumerable.Range(0, 20).Select(_ => credentials.GetAsync(Ct).AsTask()).ToList();
        gate.Set();
        foreach (var request in requests)
            await Assert.ThrowsAsync<StoreException>(() => request);
        Assert.Equal(1, _lookUps);
    }

    [Fact]
    public async Task A_request_that_is_given_up_ends_at_once_and_its_look_up_serves_the_next()
    {
        using var gate = new ManualResetEventSlim();
        var credentials = Credentials(() =>
        {
            gate.Wait(Ct);
            return Keys;
        });
        using var given = new CancellationTokenSource();
        var request = credentials.GetAsync(given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        gate.Set();
        Assert.NotNull(await credentials.GetAsync(Ct));
        Assert.Equal(1, _lookUps);
    }

    [Fact]
    public async Task A_failure_that_nobody_waited_for_is_not_kept_either()
    {
        AWSCredentials? account = null;
        using var gate = new ManualResetEventSlim();
        var credentials = Credentials(() =>
        {
            gate.Wait(Ct);
            return account ?? throw new AmazonClientException("no account");
        });
        using var given = new CancellationTokenSource();
        var request = credentials.GetAsync(given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        gate.Set();
        await _time.Asked.WaitAsync(TimeSpan.FromMinutes(1), Ct);

        account = Keys;
        _time.Advance(AccountCredentials.PauseAfterFailure);
        Assert.NotNull(await credentials.GetAsync(Ct));
    }

    [Fact]
    public async Task Keys_that_can_no_longer_be_refreshed_give_way_to_those_of_a_new_look_up()
    {
        var expiring = new Expiring();
        AWSCredentials account = expiring;
        var credentials = Credentials(() => account);
        Assert.Equal("short-lived", (await credentials.GetAsync(Ct))!.AccessKeyId);

        (expiring.HasExpired, account) = (true, Keys);
        await AssertNotFoundAsync(credentials);
        _time.Advance(AccountCredentials.PauseAfterFailure);
        Assert.Equal("id", (await credentials.GetAsync(Ct))!.AccessKeyId);
        Assert.Equal(2, _lookUps);
    }

    [Theory]
    [InlineData("srcCredentials", "srcInCurrentAccount", StoreSide.Source)]
    [InlineData("destCredentials", "destInCurrentAccount", StoreSide.Destination)]
    public void Named_keys_are_used_whatever_is_said_of_the_current_account(string credentials, string inCurrentAccount, object side)
    {
        foreach (var said in new[] { "true", "false", "" })
        {
            var settings = Parameters.Read(new Dictionary<string, string>
            {
                ["srcBucket"] = "bucket",
                ["destBucket"] = "other",
                [credentials] = "keys",
                [inCurrentAccount] = said,
            });
            var location = ((StoreSide)side == StoreSide.Source ? settings.Source : settings.Destination).Bucket();
            Assert.Equal(("keys", false), (location.SecretName, location.InCurrentAccount));
        }
    }

    [Fact]
    public void The_current_account_is_used_where_no_keys_are_named()
    {
        var settings = Parameters.Read(new Dictionary<string, string>
        {
            ["srcBucket"] = "bucket",
            ["destBucket"] = "other",
            ["srcInCurrentAccount"] = "true",
        });
        Assert.Equal((true, true), (settings.Source.Bucket().InCurrentAccount, settings.Destination.Bucket().InCurrentAccount));
    }

    AccountCredentials Credentials(Func<AWSCredentials> find) => new(StoreSide.Source, _time, () =>
    {
        Interlocked.Increment(ref _lookUps);
        return find();
    });

    static async Task AssertNotFoundAsync(AccountCredentials credentials)
    {
        var fault = await Assert.ThrowsAsync<StoreException>(() => credentials.GetAsync(Ct).AsTask());
        Assert.Equal(StoreFault.BadCredentials, fault.Fault);
    }

    /// <summary>A clock that reports when it is read: a failure records its time.</summary>
    sealed class AskedTime : FakeTimeProvider
    {
        readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override long GetTimestamp()
        {
            var now = base.GetTimestamp();
            _asked.TrySetResult();
            return now;
        }
    }

    sealed class Expiring : AWSCredentials
    {
        public bool HasExpired { get; set; }

        public override ImmutableCredentials GetCredentials() =>
            HasExpired ? throw new AmazonClientException("expired") : new ImmutableCredentials("short-lived", "key", "token");
    }
}
