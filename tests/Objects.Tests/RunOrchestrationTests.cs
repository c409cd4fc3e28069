using System.Collections.Concurrent;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Objects.Tests;

/// <summary>How a run's orchestrator spreads its work, on a real engine.</summary>
public sealed class RunOrchestrationTests
{
    const int ItemsPerUnit = 10;

    // Of a run whose first batch brings no limits.
    const int TasksOfGeneration = 1000;

    static readonly UnitResult Copied = new(ItemsPerUnit, 0, 0, 1000);

    [Fact]
    public async Task Nothing_waits_for_the_slowest_object_however_much_there_is_to_do()
    {
        // More than two generations of units, behind large objects of which the first ones do not end before all small ones have.
        const int Units = 2500;
        const int LargeUnits = 1500;
        await using var run = new ScriptedRun();
        var slow = Signal();
        var copied = new ConcurrentBag<string>();
        Find(run, new Batch(0, LargeUnits), new Batch(Units));
        run.Play<UnitRequest, UnitResult>(nameof(CopyObjects), (request, _) =>
        {
            copied.Add(request.UnitId);
            if (copied.Count == Units)
                slow.SetResult();
            return Task.FromResult(Copied);
        });
        run.PlayLargeObjects(context => context.CallActivityAsync<UnitResult>("Slow"));
        run.Play<object?, UnitResult>("Slow", async (_, token) =>
        {
            await slow.Task.WaitAsync(token);
            return new UnitResult(1, 0, 0, 5);
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), ScriptedRun.Run));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        const int Objects = Units * ItemsPerUnit + LargeUnits;
        Assert.Equal(new RunSummary(Objects, Objects, 0, 0, Units * 1000 + LargeUnits * 5), end.ReadOutputAs<RunSummary>());
        Assert.Equal(Units, copied.Distinct().Count());
        Assert.Equal(Units, copied.Count);
    }

    [Fact]
    public async Task Places_of_an_earlier_generation_are_counted_and_given_back()
    {
        const int Units = TasksOfGeneration + 500;
        await using var run = new ScriptedRun();
        var inFlight = 0;
        var most = 0;
        var begun = 0;
        var held = Signal();
        var all = Signal();
        Find(run, new Batch(Units));
        run.Play<UnitRequest, UnitResult>(nameof(CopyObjects), async (_, token) =>
        {
            var number = Interlocked.Increment(ref begun);
            InterlockedMax(ref most, Interlocked.Increment(ref inFlight));
            // Three units of the first generation end only in the second, which then has all four places for itself.
            if (number is 900 or 901 or 902)
                await held.Task.WaitAsync(token);
            if (number == TasksOfGeneration + 100)
                held.SetResult();
            if (number is > Units - 4 and <= Units)
            {
                if (Volatile.Read(ref inFlight) == 4)
                    all.TrySetResult();
                await all.Task.WaitAsync(token);
            }

            Interlocked.Decrement(ref inFlight);
            return Copied;
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), ScriptedRun.Run));

        Assert.Equal(Units * ItemsPerUnit, end.ReadOutputAs<RunSummary>()!.Copied);
        // A later generation always has one place, whatever the earlier one has under way.
        Assert.InRange(most, 4, 5);
        Assert.NotNull(await run.Client.GetInstanceAsync($"{ScriptedRun.Run.RunId}-g2", Bench.Ct));
    }

    [Fact]
    public async Task The_limits_that_come_with_the_first_batch_hold_for_the_whole_run()
    {
        const int Units = 120;
        await using var run = new ScriptedRun();
        var (inFlight, most) = (0, 0);
        var limits = new RunLimits(Workers: 2, TasksOfGeneration: 50, UnitsAhead: 1000, BatchesAhead: 100);
        Find(
            run,
            new Batch(Units / 2, Limits: limits),
            new Batch(Units / 2, Limits: limits with { Workers = 64, TasksOfGeneration = 5000 }));
        run.Play<UnitRequest, UnitResult>(nameof(CopyObjects), async (_, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref inFlight));
            await Task.Yield();
            Interlocked.Decrement(ref inFlight);
            return Copied;
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), ScriptedRun.Run));

        Assert.Equal(Units * ItemsPerUnit, end.ReadOutputAs<RunSummary>()!.Copied);
        // One more in a later generation, which always has a place of its own.
        Assert.InRange(most, 1, 3);
        var later = await run.Client.GetInstanceAsync($"{ScriptedRun.Run.RunId}-g2", getInputsAndOutputs: true, Bench.Ct);
        Assert.Equal(limits, later!.ReadInputAs<TransferInput>()!.Limits);
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData(null, 4)]
    [InlineData("", 4)]
    public void A_run_that_version_0_1_0_began_keeps_the_limits_it_had_there(string? workerNumber, int workers)
    {
        var parameters = new Dictionary<string, string> { ["srcBucket"] = "source" };
        if (workerNumber is not null)
            parameters["workerNumber"] = workerNumber;
        Assert.Equal(new RunLimits(workers, 1000, 1000, 100), RunLimits.Of010(parameters));
    }

    [Fact]
    public async Task A_run_that_finds_nothing_to_copy_stays_one_instance_with_a_short_history()
    {
        const int Batches = 2300;
        await using var run = new ScriptedRun();
        Find(run, [.. Enumerable.Repeat(new Batch(0, Skipped: 7), Batches)]);

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), ScriptedRun.Run));

        Assert.Null(end.FailureDetails);
        Assert.Equal(new RunSummary(7 * Batches, 0, 0, 7 * Batches, 0), end.ReadOutputAs<RunSummary>());
        Assert.Null(await run.Client.GetInstanceAsync($"{ScriptedRun.Run.RunId}-g2", Bench.Ct));
    }

    [Fact]
    public async Task Only_the_accepted_batch_is_counted_before_anything_of_it_is_copied()
    {
        await using var run = new ScriptedRun();
        var events = new ConcurrentQueue<string>();
        Find(run, [new Batch(1), new Batch(1)], record => events.Enqueue($"counted {record.Batch}: {record.Findings.Found}"));
        run.Play<UnitRequest, UnitResult>(nameof(CopyObjects), (request, _) =>
        {
            events.Enqueue($"copied {request.UnitId}");
            return Task.FromResult(Copied);
        });

        await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), ScriptedRun.Run));

        var order = events.ToList();
        foreach (var batch in new[] { 0, 1 })
        {
            var counted = order.IndexOf($"counted {batch}: {ItemsPerUnit}");
            Assert.InRange(counted, 0, order.IndexOf($"copied {CopyUnits.UnitId(batch, $"attempt{batch}", 0)}"));
        }
    }

    [Fact]
    public async Task A_run_that_fails_in_a_later_generation_fails_with_its_reason_once_all_that_was_under_way_has_ended()
    {
        const int Units = TasksOfGeneration + 10;
        await using var run = new ScriptedRun();
        var failed = Signal();
        var (begun, ended) = (0, 0);
        Find(run, new Batch(Units));
        run.Play<UnitRequest, UnitResult>(nameof(CopyObjects), async (_, token) =>
        {
            var number = Interlocked.Increment(ref begun);
            if (number == TasksOfGeneration)
                await failed.Task.WaitAsync(token);
            if (number == Units)
            {
                failed.SetResult();
                throw new TransferFailedException("the bucket is gone");
            }

            Interlocked.Increment(ref ended);
            return Copied;
        });

        var end = await run.EndOfAsync(await run.StartAsync(nameof(TransferObjects), ScriptedRun.Run));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("the bucket is gone", end.FailureDetails!.ErrorMessage);
        Assert.Equal(Units - 1, ended);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_is_dropped_only_when_nothing_is_sent_to_it_any_more(bool throws)
    {
        // An activity that throws is tried five times, with pauses of half a minute in all.
        await using var run = new ScriptedRun(new FastTime(200));
        var (sending, attempts, dropped) = (0, 0, -1);
        var (allSend, fail, release) = (Signal(), Signal(), Signal());
        run.Play<UploadRequest,
            UploadStart>(nameof(StartUpload), (_, _) => Task.FromResult(new UploadStart(StepResult.Done, 9, 3, "plan")));
        run.Play<PartsRequest, StepResult>(nameof(CopyParts), async (request, token) =>
        {
            var isLast = request.Group == 1 && Interlocked.Increment(ref attempts) == (throws ? 5 : 1);
            if (Interlocked.Increment(ref sending) == 3 && attempts == (throws ? 5 : 1))
                allSend.SetResult();
            if (request.Group != 1)
                await release.Task.WaitAsync(token);
            else if (isLast)
                await fail.Task.WaitAsync(token);
            Interlocked.Decrement(ref sending);
            if (request.Group != 1)
                return StepResult.Done;
            return throws ? throw new InvalidOperationException("the connection is gone") : new StepResult(StepEnd.Failed, "no more");
        });
        run.Play<AbandonRequest, UnitResult>(nameof(AbandonUpload), (_, _) =>
        {
            dropped = Volatile.Read(ref sending);
            return Task.FromResult(new UnitResult(0, 1, 0, 0));
        });
        var id = await run.StartAsync(nameof(CopyLargeObject), new UnitRequest(ScriptedRun.Run, "unit"));
        await allSend.Task.WaitAsync(Bench.Ct);
        var before = (await run.Client.GetInstanceAsync(id, Bench.Ct))!.LastUpdatedAt;

        fail.SetResult();
        OrchestrationMetadata now;
        do
            now = (await run.Client.GetInstanceAsync(id, Bench.Ct))!;
        while (now.LastUpdatedAt == before);

        // The failure has been received, and two groups are still being sent.
        Assert.True(now.IsRunning);
        Assert.Equal(2, sending);
        release.SetResult();
        var end = await run.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal((0, 0), (dropped, sending));
    }

    static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static void Find(ScriptedRun run, params Batch[] batches) => Find(run, batches, _ => { });

    static void Find(ScriptedRun run, Batch[] batches, Action<FindingsRecord> recorded)
    {
        run.Play<FindRequest, FindResult>(nameof(FindChanges), (request, _) =>
        {
            var batch = batches[request.Batch];
            var isLast = request.Batch == batches.Length - 1;
            var found = batch.Units * ItemsPerUnit + batch.LargeUnits;
            return Task.FromResult(new FindResult(
                $"attempt{request.Batch}", batch.Units, batch.LargeUnits,
                new(found + batch.Skipped, 0, batch.Skipped, found, 0, isLast), isLast ? null : $"key {request.Batch}", batch.Limits));
        });
        run.Play<FindingsRecord, object?>(nameof(RecordFindings), (record, _) =>
        {
            recorded(record);
            return Task.FromResult<object?>(null);
        });
    }

    static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    sealed record Batch(int Units, int LargeUnits = 0, int Skipped = 0, RunLimits? Limits = null);
}
