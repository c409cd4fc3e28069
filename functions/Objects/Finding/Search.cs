using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.DryRuns;

namespace DataTransferHub.Objects.Finding;

/// <summary>Compares what is in scope at both ends, one batch at a time.</summary>
/// <param name="scope">What is in scope.</param>
/// <param name="time">Measures how long a batch takes.</param>
sealed class Search(SearchScope scope, TimeProvider time)
{
    /// <summary>Maximum number of changes in a batch.</summary>
    public const int MaximumChanges = 20_000;

    /// <summary>How long a batch is found: an activity should end within a minute.</summary>
    public static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(20);

    /// <summary>Finds one batch.</summary>
    /// <param name="transfer">The two ends.</param>
    /// <param name="runId">The run.</param>
    /// <param name="from">Where it begins.</param>
    /// <param name="add">Takes each finding.</param>
    /// <param name="isEnough">Whether the batch ends, after the given time. Once it is true, it stays true.</param>
    /// <param name="isDry">Whether nothing is changed that belongs to later runs.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>Where the next batch begins; <see cref="SearchPosition.End"/> if nothing is left.</returns>
    public async Task<SearchPosition> RunAsync(
        Transfer transfer, string runId, SearchPosition from, Func<Finding, Task> add, Func<TimeSpan, bool> isEnough, bool isDry,
        CancellationToken cancellationToken)
    {
        // Reading a list of prefixes does not count.
        long? started = null;
        var ranges = await scope.OpenAsync(transfer, runId, from, IsBatchFull, cancellationToken);
        started = time.GetTimestamp();
        var settings = transfer.Settings;
        var last = from.Key;
        await foreach (var range in ranges)
        {
            var findings = MergeCompare.RunAsync(
                range.ReadSourceAsync(), range.Destination, settings.DestinationKey, !transfer.HidesChecksums, range.Versions.FindAsync);
            await foreach (var finding in findings)
            {
                var isUnproven = transfer.Unproven.Contains(settings.DestinationKey(finding.Object.Key));
                await add(isUnproven ? finding with { Reason = finding.Reason ?? CopyReason.Unproven } : finding);
                last = finding.Object.Key;
                if (!IsBatchFull())
                    continue;
                await EndAsync(range);
                return new SearchPosition(last, null);
            }

            await EndAsync(range);
            if (range.TokenAfter is { } token && IsBatchFull())
                return new SearchPosition(last, token);
        }

        return SearchPosition.End;

        bool IsBatchFull() => started is { } start && isEnough(time.GetElapsedTime(start));

        Task EndAsync(SearchRange range) => isDry ? Task.CompletedTask : range.Versions.RemovePassedAsync();
    }
}
