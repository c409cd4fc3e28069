using System.Text.Json.Serialization;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Finding;

/// <summary>Requests one batch of findings.</summary>
/// <param name="Run">The run.</param>
/// <param name="Batch">The batch's number, from 0.</param>
/// <param name="AfterKey">The key at which the previous batch ended, or null at the start.</param>
/// <param name="Token">The token at which the previous batch ended, or null (see <see cref="SearchPosition"/>).</param>
/// <param name="To">The last key that may be found, or null for all.</param>
/// <param name="Splits">In how many places the rest may be split, so that more of it is searched at once.</param>
sealed record FindRequest(
    RunRequest Run, int Batch, string? AfterKey, string? Token = null, string? To = null, int Splits = 0);

/// <summary>One batch of findings, whose units of work are in the work area.</summary>
/// <param name="Attempt">Name of the execution that found it, which is part of its units' names.</param>
/// <param name="Units">Number of units of small objects.</param>
/// <param name="LargeUnits">Number of large objects.</param>
/// <param name="Findings">The counts of what was found.</param>
/// <param name="NextKey">The key after which the next batch starts, or null if the search is complete or has found no key yet.</param>
/// <param name="Limits">The limits of the run; null in histories of version 0.1.0.</param>
/// <param name="Outage">If set, nothing was found, and the batch has to be found again after the outage.</param>
/// <param name="NextToken">The token at which the next batch starts, or null if it starts after the key.</param>
/// <param name="Splits">Keys of the rest at which it may be split, in order; null for none.</param>
sealed record FindResult(
    string Attempt, int Units, int LargeUnits, BatchFindings Findings, string? NextKey, RunLimits? Limits = null, Outage? Outage = null,
    string? NextToken = null, IReadOnlyList<string>? Splits = null)
{
    /// <summary>Whether the search is complete.</summary>
    [JsonIgnore]
    public bool IsLast => NextKey is null && NextToken is null;

    /// <summary>The result of a search that has to be done later.</summary>
    public static FindResult Postponed(Outage outage) => new("", 0, 0, new BatchFindings(0, 0, 0, 0, 0, false), null, null, outage);
}

/// <summary>
/// Finds what must be copied, batch by batch, and writes the units of work. It may run twice, even concurrently: each execution writes its
/// own units, and only those of the result that the orchestrator accepts are copied and counted (<see cref="RecordFindings"/>).
/// </summary>
sealed class FindChanges(
    TransferFactory transfers, Search search, IWorkArea workArea, IRunLedger ledger, IOptions<ObjectOptions> options)
{
    // The first batch is small so that copying starts immediately. The others are limited in size and time, as an activity should end
    // within a minute.
    const int FirstBatchObjects = Listing.PageSize;
    static readonly TimeSpan FirstBatchTime = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestWhole = TimeSpan.FromSeconds(30);
    // Then the rest is split.
    static readonly TimeSpan FirstBatchTimeWithoutChanges = TimeSpan.FromSeconds(5);

    [Function(nameof(FindChanges))]
    public Task<FindResult> RunAsync([ActivityTrigger] FindRequest request, CancellationToken stopping)
    {
        var (run, batch, afterKey, token, to, splits) = request;
        return transfers.WorkAsync(run, async cancellationToken =>
        {
            var transfer = await transfers.OpenAsync(run, cancellationToken);
            var attempt = Guid.NewGuid().ToString("N");
            var plan = new BatchPlan(workArea, run.RunId, batch, attempt, item => IsLarge(transfer, item));
            var isOneRange = run.RetryOfRunId is null && transfer.Settings.Prefixes is null;

            // Beside the search; but copying does not wait for the splits of the first batch, if there is anything to copy.
            var splitting = batch == 0 ? null : SplitAsync(afterKey);
            var next = run.RetryOfRunId is null
                ? await search.RunAsync(
                    transfer, run.RunId, new(afterKey, token, to), finding => plan.AddAsync(finding, cancellationToken),
                    elapsed => IsEnough(batch, plan, elapsed), isDry: false, cancellationToken)
                : await TakeFailedAsync(run.RetryOfRunId, plan, afterKey, cancellationToken);
            await plan.FinishAsync(cancellationToken);
            var isLast = next == SearchPosition.End;
            if (batch == 0 && plan.Changes == 0 && next.Key is not null)
                splitting = SplitAsync(next.Key);
            IReadOnlyList<string> rest = isLast || splitting is null ? [] : KeySplit.After(next.Key, await splitting);
            return new FindResult(
                attempt, plan.Units, plan.LargeUnits, plan.Findings(isLast), next.Key, RunLimits.Of(transfer.Settings),
                NextToken: next.Token, Splits: rest.Count > 0 ? rest : null);

            Task<IReadOnlyList<string>> SplitAsync(string? after) => isOneRange && splits > 0
                ? new KeySplit(transfer.Source, transfer.Settings.SourcePrefix, to).FindAsync(after, splits, cancellationToken)
                : Task.FromResult<IReadOnlyList<string>>([]);
        }, FindResult.Postponed, stopping);
    }

    // What takes long as a whole is copied in parts, if it can be. What cannot exist at the destination fails with the small objects.
    bool IsLarge(Transfer transfer, CopyItem item) =>
        (item.Size >= options.Value.MultipartThreshold
            || transfer.CanDivide(item.Size) && transfer.Route.Rate.TimeFor(item.Size) > LongestWhole)
        && transfer.FindKeyFault(item.Key) is null;

    static bool IsEnough(int batch, BatchPlan plan, TimeSpan elapsed) => batch == 0
        ? plan.Changes > 0 && (plan.Found >= FirstBatchObjects || elapsed >= FirstBatchTime)
            || elapsed >= FirstBatchTimeWithoutChanges
        : plan.Changes >= Search.MaximumChanges || elapsed >= Search.BatchTime;

    async Task<SearchPosition> TakeFailedAsync(
        string runId, BatchPlan plan, string? afterKey, CancellationToken cancellationToken)
    {
        var failed = await ledger.ListFailedAsync(runId, afterKey, Search.MaximumChanges, cancellationToken);
        foreach (var item in failed)
            await plan.AddAsync(CopyItem.Of(item), cancellationToken);
        return new(failed.Count < Search.MaximumChanges ? null : failed[^1].Key, null);
    }
}
