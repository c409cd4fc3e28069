using CsCheck;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Tasks.Tests.Runs;

public sealed class LedgerTests
{
    const string Run = "task-r1";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sums_are_exact_whatever_is_reported_twice_or_late()
    {
        // Units 0 to 3, each either whole or with parts below it; every report may come several times, in any order.
        var report =
            from unit in Gen.Int[0, 3]
            from part in Gen.Int[-1, 2]
            select (unit, part);
        await Gen.Select(report.Array[1, 40], Gen.Int[0, int.MaxValue]).SampleAsync(
            async (reports, seed) =>
            {
                await using var hub = new TestHub();
                await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
                foreach (var (unit, part) in reports)
                    await hub.Ledger.RecordUnitAsync(Run, IdOf(unit, part), OutcomeOf(unit, part), Cancellation);
                var first = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;

                // What counts: each whole that reported, and the parts of those that did not.
                var said = reports.ToHashSet();
                var counted = said.Where(item => item.part < 0 || !said.Contains((item.unit, -1)))
                    .Select(item => OutcomeOf(item.unit, item.part))
                    .ToList();
                Assert.Equal(counted.Sum(outcome => outcome.Copied), first.Copied);
                Assert.Equal(counted.Sum(outcome => outcome.BytesCopied), first.BytesCopied);
                Assert.Equal(counted.Sum(outcome => outcome.Vanished), first.Vanished);
                Assert.Equal(counted.Sum(outcome => outcome.Archived), first.Archived);
                Assert.Equal(counted.Sum(outcome => outcome.Failed.Count), first.Failed);

                var again = reports.ToArray();
                new Random(seed).Shuffle(again);
                foreach (var (unit, part) in again)
                    await hub.Ledger.RecordUnitAsync(Run, IdOf(unit, part), OutcomeOf(unit, part), Cancellation);
                Assert.Equal(first, await hub.Ledger.GetProgressAsync(Run, Cancellation));
                Assert.Equal(first.Failed, (await hub.Ledger.ListFailedAsync(Run, null, 100, Cancellation)).Count);
            },
            iter: 25);
    }

    [Fact]
    public async Task A_batch_that_reports_again_replaces_what_it_said()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
        await hub.Ledger.RecordBatchAsync(Run, 0, new BatchFindings(10, 100, 4, 6, 60, IsLast: true, Archived: 2), Cancellation);
        await hub.Ledger.RecordBatchAsync(Run, 1, new BatchFindings(5, 50, 0, 5, 50, IsLast: true), Cancellation);
        await hub.Ledger.RecordBatchAsync(Run, 0, new BatchFindings(5, 30, 3, 2, 20, IsLast: false, Archived: 1), Cancellation);

        var progress = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal((10, 80, 7, 70), (progress.Found, progress.BytesFound, progress.ToCopy, progress.BytesToCopy));
        Assert.Equal((2, 1, 0), (progress.Unchanged, progress.Archived, progress.Vanished));
        Assert.Equal(RunPhase.Copying, progress.Phase);
    }

    [Fact]
    public async Task Many_reports_at_once_are_all_counted()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 500)
            .Select(unit => hub.Ledger.RecordUnitAsync(Run, $"{unit}", new UnitOutcome(2, 10, 0, []), Cancellation)));
        var progress = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal((1000, 5000), (progress.Copied, progress.BytesCopied));
    }

    [Fact]
    public async Task The_rate_moves_with_the_last_seconds_and_an_object_does_not_count_its_parts_again()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
        await hub.Ledger.RecordBatchAsync(Run, 0, new BatchFindings(2, 3000, 0, 2, 3000, IsLast: true), Cancellation);
        for (var part = 0; part < 10; part++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await hub.Ledger.RecordUnitAsync(Run, $"big/{part}", new UnitOutcome(0, 100, 0, []), Cancellation);
        }

        await hub.Ledger.RecordUnitAsync(Run, "big", new UnitOutcome(1, 1000, 0, []), Cancellation);
        var moving = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal(100, moving.BytesPerSecond, precision: 6);
        Assert.Equal(0.1, moving.ItemsPerSecond, precision: 6);
        Assert.Equal(20, moving.SecondsLeft!.Value, precision: 6);

        hub.Time.Advance(TimeSpan.FromSeconds(20));
        var standing = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal(0, standing.BytesPerSecond);
        Assert.Null(standing.SecondsLeft);

        await hub.Ledger.RecordUnitAsync(Run, "small", new UnitOutcome(1, 2000, 0, []), Cancellation);
        await hub.Ledger.FinishRunAsync(Run, Cancellation);
        hub.Time.Advance(TimeSpan.FromHours(1));
        var finished = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal(RunPhase.Finished, finished.Phase);
        Assert.Equal(100, finished.BytesPerSecond, precision: 6);
        Assert.Equal(0, finished.SecondsLeft);
        Assert.Equal(TimeSpan.FromSeconds(30), finished.FinishedAt - finished.StartedAt);
    }

    [Fact]
    public async Task Parts_that_were_removed_are_taken_back_and_a_whole_stays()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "dropped/0", new UnitOutcome(0, 100, 0, []), Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "dropped/1", new UnitOutcome(0, 50, 0, []), Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "whole/0", new UnitOutcome(0, 7, 0, []), Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "whole", new UnitOutcome(1, 9, 0, []), Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "dropped0", new UnitOutcome(1, 3, 0, []), Cancellation);

        foreach (var unit in new[] { "dropped", "dropped", "whole", "unknown" })
            await hub.Ledger.DiscardPartsAsync(Run, unit, Cancellation);

        var progress = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal((2, 12), (progress.Copied, progress.BytesCopied));
    }

    [Fact]
    public async Task The_time_left_is_unknown_until_everything_is_found()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
        await hub.Ledger.RecordBatchAsync(Run, 0, new BatchFindings(10, 1000, 0, 10, 1000, IsLast: false), Cancellation);
        hub.Time.Advance(TimeSpan.FromSeconds(2));
        await hub.Ledger.RecordUnitAsync(Run, "0", new UnitOutcome(5, 500, 0, []), Cancellation);

        var progress = (await hub.Ledger.GetProgressAsync(Run, Cancellation))!;
        Assert.Equal(RunPhase.FindingAndCopying, progress.Phase);
        Assert.Equal(250, progress.BytesPerSecond, precision: 6);
        Assert.Null(progress.SecondsLeft);
    }

    [Fact]
    public async Task Failures_come_in_key_order_in_pages()
    {
        await using var hub = new TestHub();
        await hub.Ledger.StartRunAsync(Run, "task", Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "b", new UnitOutcome(0, 0, 0, [Failure("z"), Failure("中")]), Cancellation);
        await hub.Ledger.RecordUnitAsync(Run, "a", new UnitOutcome(0, 0, 0, [Failure("a"), Failure("A")]), Cancellation);

        var first = await hub.Ledger.ListFailedAsync(Run, null, 3, Cancellation);
        Assert.Equal(["A", "a", "z"], first.Select(item => item.Key));
        Assert.Equal(["中"], (await hub.Ledger.ListFailedAsync(Run, "z", 3, Cancellation)).Select(item => item.Key));
    }

    [Fact]
    public async Task A_unit_of_a_run_that_was_never_started_is_refused()
    {
        await using var hub = new TestHub();
        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Ledger.RecordUnitAsync("nowhere", "0", new UnitOutcome(1, 1, 0, []),
            Cancellation));
        Assert.Null(await hub.Ledger.GetProgressAsync("nowhere", Cancellation));
    }

    static string IdOf(int unit, int part) => part < 0 ? $"{unit}" : $"{unit}/{part}";

    static UnitOutcome OutcomeOf(int unit, int part) => part < 0
        ? new UnitOutcome(unit + 1, 1000 * (unit + 1), unit % 2, unit == 3 ? [Failure("key-3")] : [], unit % 3)
        : new UnitOutcome(0, 10 * (part + 1), 0, []);

    static FailedItem Failure(string key) => new(key, "{}", 7, 5, "It broke.");
}
