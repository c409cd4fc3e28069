using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>
/// Sorts any number of prefixes in bounded memory: as many as fit are sorted and written as a run, and the runs are merged. Duplicates and
/// prefixes that start with another one are removed.
/// </summary>
/// <param name="workArea">Where runs are written.</param>
/// <param name="folder">Their folder, used by nobody else.</param>
/// <param name="limits">The limits of memory.</param>
sealed class PrefixSorter(IWorkArea workArea, string folder, SortLimits limits)
{
    readonly Queue<SortedPrefixes> _runs = [];
    readonly List<string> _held = [];
    int _characters;
    int _written;

    /// <summary>Adds a prefix.</summary>
    public async ValueTask AddAsync(string prefix, CancellationToken cancellationToken)
    {
        _held.Add(prefix);
        _characters += prefix.Length;
        if (_held.Count >= limits.HeldPrefixes || _characters >= limits.HeldCharacters)
            await WriteRunAsync(cancellationToken);
    }

    /// <summary>All prefixes that were added, sorted.</summary>
    public async Task<SortedPrefixes> FinishAsync(CancellationToken cancellationToken)
    {
        if (_held.Count > 0 || _runs.Count == 0)
            await WriteRunAsync(cancellationToken);
        while (_runs.Count > 1)
            await MergeAsync(cancellationToken);
        return _runs.Dequeue();
    }

    async Task WriteRunAsync(CancellationToken cancellationToken)
    {
        _held.Sort(KeyOrder.Instance);
        var run = NewRun();
        foreach (var prefix in _held)
            await run.AddAsync(prefix, cancellationToken);
        _runs.Enqueue(await run.FinishAsync(cancellationToken));
        _held.Clear();
        _characters = 0;
    }

    // The oldest runs, and only as many as that the last merge takes them all.
    async Task MergeAsync(CancellationToken cancellationToken)
    {
        var surplus = _runs.Count - limits.MergedRuns;
        var merged = new List<SortedPrefixes>();
        for (var left = surplus > 0 ? Math.Min(limits.MergedRuns, surplus + 1) : _runs.Count; left > 0; left--)
            merged.Add(_runs.Dequeue());

        var readers = merged
            .Select(run => PrefixSegments.ReadAsync(workArea, run.Segments, null, cancellationToken).GetAsyncEnumerator(cancellationToken))
            .ToList();
        var next = new PriorityQueue<IAsyncEnumerator<string>, string>(KeyOrder.Instance);
        foreach (var reader in readers)
            await EnqueueNextAsync(reader);
        var whole = NewRun();
        while (next.TryDequeue(out var reader, out var prefix))
        {
            await whole.AddAsync(prefix, cancellationToken);
            await EnqueueNextAsync(reader);
        }

        foreach (var reader in readers)
            await reader.DisposeAsync();
        _runs.Enqueue(await whole.FinishAsync(cancellationToken));
        foreach (var path in merged.Select(run => run.Segments[0].Path))
            await workArea.DeleteFolderAsync(path[..path.LastIndexOf('/')], cancellationToken);

        async ValueTask EnqueueNextAsync(IAsyncEnumerator<string> reader)
        {
            if (await reader.MoveNextAsync())
                next.Enqueue(reader, reader.Current);
        }
    }

    SegmentWriter NewRun() => new(workArea, $"{folder}/{_written++}", limits);
}
