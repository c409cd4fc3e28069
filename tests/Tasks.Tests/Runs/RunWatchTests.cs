using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Tasks.Tests.Runs;

/// <summary>Activities end with their run, on backends that do not cancel them too.</summary>
public sealed class RunWatchTests
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_of_a_run_that_is_open_gives_its_result()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);

        Assert.Equal(42, await new RunWatch(hub.Ledger, TimeProvider.System).WhileOpenAsync("r", _ => Task.FromResult(42), Cancellation));
    }

    [Fact]
    public async Task Work_of_a_run_that_is_over_or_never_began_does_not_begin()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("over", "t", Cancellation);
        await hub.Ledger.FinishRunAsync("over", Cancellation);
        var watch = new RunWatch(hub.Ledger, TimeProvider.System);

        foreach (var run in new[] { "over", "missing" })
        {
            await Assert.ThrowsAsync<RunOverException>(
                () => watch.WhileOpenAsync<int>(run, _ => throw new InvalidOperationException("It began."), Cancellation));
        }
    }

    [Fact]
    public async Task Work_is_cancelled_when_its_run_ends_and_not_before()
    {
        await using var hub = new TestHub();
        var time = new FakeTimeProvider();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        var token = new TaskCompletionSource<CancellationToken>();
        var work = new RunWatch(hub.Ledger, time).WhileOpenAsync("r", WorkAsync, Cancellation);
        var given = await token.Task;

        time.Advance(Tick);
        Assert.False(given.IsCancellationRequested);
        await hub.Ledger.FinishRunAsync("r", Cancellation);
        while (!work.IsCompleted)
        {
            time.Advance(Tick);
            await Task.Yield();
        }

        await Assert.ThrowsAsync<RunOverException>(() => work);

        async Task<int> WorkAsync(CancellationToken cancellationToken)
        {
            token.SetResult(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    [Fact]
    public async Task Work_that_the_host_cancels_is_cancelled_and_not_over()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        using var stopping = new CancellationTokenSource();
        var work = new RunWatch(hub.Ledger, TimeProvider.System).WhileOpenAsync(
            "r",
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            stopping.Token);

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_read_for_a_while_does_not_end_the_work()
    {
        await using var hub = new TestHub();
        var time = new FakeTimeProvider();
        var ledger = new LedgerWithFaults(hub.Ledger);
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        var end = new TaskCompletionSource<int>();
        var work = new RunWatch(ledger, time).WhileOpenAsync("r", _ => end.Task, Cancellation);

        ledger.IsBroken = true;
        for (var asked = ledger.Asked; ledger.Asked < asked + 2; await Task.Yield())
            time.Advance(Tick);
        end.SetResult(7);
        Assert.Equal(7, await work);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_read_at_the_start_does_not_fail_the_work()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        var ledger = new LedgerWithFaults(hub.Ledger) { IsBroken = true };
        Assert.Equal(7, await new RunWatch(ledger, TimeProvider.System).WhileOpenAsync("r", _ => Task.FromResult(7), Cancellation));
    }

    [Fact]
    public async Task A_stopped_run_is_closed_before_its_orchestration_is_terminated()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        hub.Client.TerminationFault = new IOException("The backend is away.");

        await Assert.ThrowsAsync<IOException>(() => hub.Activities.TerminateTaskRun("r", hub.Client, Cancellation));
        Assert.False(await hub.Ledger.IsOpenAsync("r", Cancellation));
    }

    sealed class LedgerWithFaults(IRunLedger ledger) : IRunLedger
    {
        int _asked;

        public bool IsBroken { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public Task<bool> IsOpenAsync(string runId, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return IsBroken ? throw new IOException("It cannot be read.") : ledger.IsOpenAsync(runId, cancellationToken);
        }

        public Task StartRunAsync(string runId, string taskId, CancellationToken cancellationToken) =>
            ledger.StartRunAsync(runId, taskId, cancellationToken);

        public Task RecordBatchAsync(string runId, int batch, BatchFindings findings, CancellationToken cancellationToken) =>
            ledger.RecordBatchAsync(runId, batch, findings, cancellationToken);

        public Task RecordUnitAsync(string runId, string unitId, UnitOutcome outcome, CancellationToken cancellationToken) =>
            ledger.RecordUnitAsync(runId, unitId, outcome, cancellationToken);

        public Task DiscardPartsAsync(string runId, string unitId, CancellationToken cancellationToken) =>
            ledger.DiscardPartsAsync(runId, unitId, cancellationToken);

        public Task FinishRunAsync(string runId, CancellationToken cancellationToken) => ledger.FinishRunAsync(runId, cancellationToken);

        public Task<RunProgress?> GetProgressAsync(string runId, CancellationToken cancellationToken) =>
            ledger.GetProgressAsync(runId, cancellationToken);

        public Task<IReadOnlyList<FailedItem>> ListFailedAsync(
            string runId, string? afterKey, int count, CancellationToken cancellationToken) =>
            ledger.ListFailedAsync(runId, afterKey, count, cancellationToken);
    }
}
