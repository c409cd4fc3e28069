using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// Records each part of a group as soon as it is confirmed, so that it is neither sent nor read again however the work on the group ends.
/// </summary>
/// <param name="records">Where the parts are recorded.</param>
/// <param name="ledger">Where the bytes are counted.</param>
/// <param name="request">The group.</param>
/// <param name="plan">The plan.</param>
sealed class GroupProgress(UploadRecords records, IRunLedger ledger, PartsRequest request, UploadPlan plan) : IDisposable
{
    readonly SemaphoreSlim _writing = new(1);
    readonly Dictionary<int, CopiedPart> _confirmed = [];
    long _bytes;

    /// <summary>State of the chained MD5 after the confirmed parts, or null.</summary>
    public string? ChainState { get; private set; } = request.ChainState;

    /// <summary>The group's first part.</summary>
    public int First { get; } = request.Group * plan.PartsPerGroup + 1;

    /// <summary>The group's last part.</summary>
    public int Last { get; } = Math.Min(plan.Layout.Parts, (request.Group + 1) * plan.PartsPerGroup);

    /// <summary>The parts that are missing, in number order.</summary>
    public IReadOnlyList<int> Missing => [.. Enumerable.Range(First, Last - First + 1).Where(part => !_confirmed.ContainsKey(part))];

    /// <summary>Reads what earlier work on the group has recorded.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (await records.ReadConfirmedAsync(request.Upload.Plan, request.Group, cancellationToken) is not { } known)
            return;
        foreach (var (number, part) in known.Parts)
            _confirmed[number] = part;
        ChainState = known.ChainState;
        _bytes = _confirmed.Keys.Sum(plan.Layout.LengthOf);
    }

    /// <summary>A part is at the destination.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="part">The part.</param>
    /// <param name="chainState">State of the chained MD5 after it, or null.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task AddAsync(int number, CopiedPart part, string? chainState, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _confirmed[number] = part;
            _bytes += plan.Layout.LengthOf(number);
            ChainState = chainState;
            var upload = request.Upload;
            await records.WriteConfirmedAsync(
                upload.Plan, request.Group, new ConfirmedParts(_confirmed, chainState), cancellationToken);
            await ledger.RecordUnitAsync(
                upload.Run.RunId, $"{upload.UnitId}/{request.Group}", new UnitOutcome(0, _bytes, 0, []), cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The whole group.</summary>
    public PartGroup ToGroup() => new([.. Enumerable.Range(First, Last - First + 1).Select(part => _confirmed[part])], ChainState);

    public void Dispose() => _writing.Dispose();
}
