using DataTransferHub.Tasks.Plugins;
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

        Assert.Equal(42, await Watch(hub).WhileOpenAsync(Run("r"), (_, _) => Task.FromResult(42), Cancellation));
    }

    [Fact]
    public async Task Work_of_a_run_that_is_over_or_never_began_does_not_begin()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("over", "t", Cancellation);
        await hub.Ledger.FinishRunAsync("over", Cancellation);
        var watch = Watch(hub);

        foreach (var run in new[] { "over", "missing" })
        {
            await Assert.ThrowsAsync<RunOverException>(
                () => watch.WhileOpenAsync<int>(Run(run), (_, _) => throw new InvalidOperationException("It began."), Cancellation));
        }
    }

    [Fact]
    public async Task Work_is_cancelled_when_its_run_ends_and_not_before()
    {
        await using var hub = new TestHub();
        var time = new FakeTimeProvider();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        var token = new TaskCompletionSource<CancellationToken>();
        var work = new RunWatch(hub.Ledger, hub.Store, time).WhileOpenAsync(Run("r"), WorkAsync, Cancellation);
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

        async Task<int> WorkAsync(CancellationToken pausing, CancellationToken cancellationToken)
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
        var work = Watch(hub).WhileOpenAsync(
            Run("r"),
            async (_, token) =>
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
        var work = new RunWatch(ledger, hub.Store, time).WhileOpenAsync(Run("r"), (_, _) => end.Task, Cancellation);

        ledger.IsBroken = true;
        for (var asked = ledger.Asked; ledger.Asked < asked + 2; await Task.Yield())
            time.Advance(Tick);
        end.SetResult(7);
        Assert.Equal(7, await work);
    }

    [Fact]
    public async Task Work_of_a_paused_run_is_told_so_and_cancelled_when_it_has_not_ended_some_seconds_later()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        await hub.Ledger.StartRunAsync("r", id, Cancellation);
        var time = new FakeTimeProvider();
        var began = new TaskCompletionSource<(CancellationToken Pausing, CancellationToken Enough)>();
        var watch = new RunWatch(hub.Ledger, hub.Store, time);
        var work = watch.WhileOpenAsync(
            Run("r", id),
            async (pausing, enough) =>
            {
                began.SetResult((pausing, enough));
                await Task.Delay(Timeout.InfiniteTimeSpan, enough);
                return 0;
            },
            Cancellation);
        var (pausing, enough) = await began.Task;
        await hub.Store.UpdateAsync(id, TaskLifecycle.RequestPause, Cancellation);

        for (; !pausing.IsCancellationRequested; await Task.Yield())
            time.Advance(Tick);
        Assert.False(enough.IsCancellationRequested);
        for (; !work.IsCompleted; await Task.Yield())
            time.Advance(Tick);

        await Assert.ThrowsAsync<RunPausedException>(() => work);
        await Assert.ThrowsAsync<RunPausedException>(
            () => watch.WhileOpenAsync<int>(Run("r", id), (_, _) => throw new InvalidOperationException("It began."), Cancellation));
    }

    [Fact]
    public async Task Work_of_a_task_that_is_being_stopped_ends_although_nothing_has_closed_its_run_yet()
    {
        await using var hub = new TestHub();
        var id = await hub.CreateTaskAsync();
        await hub.Ledger.StartRunAsync("r", id, Cancellation);
        var time = new FakeTimeProvider();
        var began = new TaskCompletionSource();
        var work = new RunWatch(hub.Ledger, hub.Store, time).WhileOpenAsync(
            Run("r", id),
            async (_, token) =>
            {
                began.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            Cancellation);
        await began.Task;
        await hub.Store.UpdateAsync(id, TaskLifecycle.RequestStop, Cancellation);

        for (; !work.IsCompleted; await Task.Yield())
            time.Advance(Tick);

        await Assert.ThrowsAsync<RunOverException>(() => work);
    }

    static RunWatch Watch(TestHub hub) => new(hub.Ledger, hub.Store, TimeProvider.System);

    static RunRequest Run(string runId, string taskId = "t") => new(taskId, runId, new Dictionary<string, string>());

    [Fact]
    public async Task A_ledger_that_cannot_be_read_at_the_start_does_not_fail_the_work()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("r", "t", Cancellation);
        var ledger = new LedgerWithFaults(hub.Ledger) { IsBroken = true };
        var watch = new RunWatch(ledger, hub.Store, TimeProvider.System);
        Assert.Equal(7, await watch.WhileOpenAsync(Run("r"), (_, _) => Task.FromResult(7), Cancellation));
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

        public Task RecordWaitAsync(string runId, RunWait? wait, CancellationToken cancellationToken) =>
            ledger.RecordWaitAsync(runId, wait, cancellationToken);

        public Task FinishRunAsync(string runId, CancellationToken cancellationToken) => ledger.FinishRunAsync(runId, cancellationToken);

        public Task<RunProgress?> GetProgressAsync(string runId, CancellationToken cancellationToken) =>
            ledger.GetProgressAsync(runId, cancellationToken);

        public Task<IReadOnlyList<FailedItem>> ListFailedAsync(
            string runId, string? afterKey, int count, CancellationToken cancellationToken) =>
            ledger.ListFailedAsync(runId, afterKey, count, cancellationToken);
    }
}
