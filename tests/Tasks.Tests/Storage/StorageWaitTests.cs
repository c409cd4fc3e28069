using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Tasks.Tests.Storage;

/// <summary>How long the work of runs waits for a disk.</summary>
public sealed class StorageWaitTests
{
    const int Full = 13;
    const int InputOutput = 10;
    const int Corrupt = 11;

    readonly FakeTimeProvider _time = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Full)]
    [InlineData(InputOutput)]
    public async Task A_fault_of_two_minutes_delays_a_step_and_does_not_fail_it(int code)
    {
        var end = _time.GetUtcNow() + TimeSpan.FromMinutes(2);
        Assert.Equal("written", await AdvanceUntilOverAsync(() => _time.GetUtcNow() < end ? throw Fault(code) : "written"));
        Assert.InRange(_time.GetUtcNow() - end, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_fault_that_does_not_pass_fails_the_step_with_its_reason_after_ten_minutes()
    {
        var begun = _time.GetUtcNow();
        var fault = await Assert.ThrowsAsync<DatabaseException>(() => AdvanceUntilOverAsync<string>(() => throw Fault(Full)));
        Assert.Equal(DatabaseFault.Full, fault.Fault);
        Assert.InRange(_time.GetUtcNow() - begun, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10.5));
    }

    [Fact]
    public async Task Damage_and_faults_of_others_are_not_waited_for()
    {
        await Assert.ThrowsAsync<DatabaseException>(() => Wait().WhileItMayPassAsync(() => Failing(Fault(Corrupt)), Cancellation));
        await Assert.ThrowsAsync<IOException>(() => Wait().WhileItMayPassAsync(() => Failing(new IOException("reset")), Cancellation));
    }

    [Fact]
    public async Task A_report_to_the_ledger_waits_for_space_and_is_counted_while_requests_are_refused_at_once()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync("r", "task", Cancellation);
        await hub.LimitTasksFileAsync(1);
        var large = Enumerable.Range(0, 500).Select(number => new FailedItem($"key-{number}", new string('x', 1000), 1, 1, "It broke."));
        var report = hub.Ledger.RecordUnitAsync("r", "unit", new UnitOutcome(3, 30, 0, [.. large]), Cancellation);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!hub.Log.Entries.Any(entry => entry.Text.Contains("is full", StringComparison.Ordinal)))
            await pause.WaitForNextTickAsync(Cancellation);
        while ((await hub.Ledger.GetProgressAsync("r", Cancellation))!.Wait is null)
            await pause.WaitForNextTickAsync(Cancellation);
        var delayed = (await hub.Ledger.GetProgressAsync("r", Cancellation))!;
        Assert.Equal((0, hub.Time.GetUtcNow()), (delayed.Copied, delayed.Wait!.Since));
        Assert.Contains("tasks.db' is full", delayed.Wait.Reason, StringComparison.Ordinal);
        Assert.True(delayed.Wait.NextAttempt > delayed.Wait.Since);
        Assert.False(report.IsCompleted);

        await hub.LimitTasksFileAsync(1_000_000);
        while (!report.IsCompleted && await pause.WaitForNextTickAsync(Cancellation))
            hub.Time.Advance(TimeSpan.FromSeconds(1));
        await report;
        var over = (await hub.Ledger.GetProgressAsync("r", Cancellation))!;
        Assert.Equal((3, (RunWait?)null), (over.Copied, over.Wait));
    }

    StorageWait Wait() => new(Options.Create(new HubOptions { DataDirectory = "/data" }), _time, NullLogger<StorageWait>.Instance);

    async Task<T> AdvanceUntilOverAsync<T>(Func<T> step)
    {
        var over = Wait().WhileItMayPassAsync(() => Task.FromResult(step()), Cancellation);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!over.IsCompleted && await pause.WaitForNextTickAsync(Cancellation))
            _time.Advance(TimeSpan.FromSeconds(1));
        return await over;
    }

    static Task<string> Failing(Exception fault) => Task.FromException<string>(fault);

    static DatabaseException Fault(int code) =>
        DatabaseException.OfChange("/data/tasks.db", new SqliteException("It failed.", code))!;
}
