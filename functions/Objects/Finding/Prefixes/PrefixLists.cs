using System.Text.Json;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.Finding.Prefixes;

/// <summary>
/// The lists of prefixes of runs. A list is read and sorted once for each run, into the work area. Two executions may do that at the same
/// time: each writes files of its own, and the index that was written last is used.
/// </summary>
sealed class PrefixLists(StoreFactory stores, IWorkArea workArea)
{
    const int MostVersions = 3;

    /// <summary>The limits of sorting.</summary>
    public SortLimits Limits { get; init; } = SortLimits.Default;

    /// <summary>The sorted list of a run; reads it if that has not been done, or if the work area has lost it.</summary>
    /// <exception cref="TransferFailedException">The list is missing, empty or not a list. The message names the parameter.</exception>
    /// <exception cref="OutageException">The list's store fails.</exception>
    public async Task<SortedPrefixes> OpenAsync(Transfer transfer, string runId, CancellationToken cancellationToken)
    {
        var folder = $"{IWorkArea.FolderOfRun(runId)}/prefixes";
        var index = $"{folder}/index";
        if (await workArea.ReadAsync(index, cancellationToken) is { } written)
        {
            var found = JsonSerializer.Deserialize<SortedPrefixes>(written)!;
            var files = (await workArea.ListAsync(folder, cancellationToken)).ToHashSet(StringComparer.Ordinal);
            if (found.Segments.All(segment => files.Contains(segment.Path)))
                return found;
        }

        var list = transfer.Settings.Prefixes!;
        try
        {
            var sorted = await SortAsync(transfer, list, $"{folder}/{Guid.NewGuid():N}", cancellationToken);
            await workArea.WriteAsync(index, JsonSerializer.SerializeToUtf8Bytes(sorted), cancellationToken);
            return sorted;
        }
        catch (StoreException fault) when (fault.MayConcernWholeStore)
        {
            throw new OutageException(fault);
        }
        catch (Exception fault) when (fault is StoreException or FormatException)
        {
            var place = list.Location == transfer.Settings.Source ? "" : $" in {list.Location.Name}";
            throw new TransferFailedException($"{ObjectParameters.SrcPrefixsListFile} '{list.Key}'{place}: {fault.Message}");
        }
    }

    /// <summary>The prefixes of a sorted list in key order, from the given one, or from the last before it that is a start of it.</summary>
    public IAsyncEnumerable<string> ReadAsync(SortedPrefixes list, string? from, CancellationToken cancellationToken) =>
        PrefixSegments.ReadAsync(workArea, list.Segments, from, cancellationToken);

    async Task<SortedPrefixes> SortAsync(Transfer transfer, PrefixListFile list, string folder, CancellationToken cancellationToken)
    {
        var settings = transfer.Settings;
        var store = list.Location == settings.Source ? transfer.Source : await stores.OpenAsync(list.Location, cancellationToken);
        var text = new PrefixListText(store, list.Key);
        for (var version = 1; ; version++)
        {
            var sorter = new PrefixSorter(workArea, $"{folder}/{version}", Limits);
            try
            {
                await text.ReadAsync(AddAsync, transfer.Retry, cancellationToken);
                return await sorter.FinishAsync(cancellationToken);
            }
            catch (StoreException fault) when (fault.Fault == StoreFault.PreconditionFailed && version < MostVersions)
            {
                // It was replaced while it was read.
                await workArea.DeleteFolderAsync($"{folder}/{version}", cancellationToken);
            }

            ValueTask AddAsync(string prefix)
            {
                if (settings.Source.KeyOf(settings.Destination) is { } below && Overlap(below + settings.DestinationPrefix, prefix))
                {
                    throw new FormatException(
                        $"The destination is within the source under '{prefix}', so copies would be copied again. Remove that prefix from "
                        + "the list, or choose another destPrefix.");
                }

                return sorter.AddAsync(prefix, cancellationToken);
            }
        }
    }

    static bool Overlap(string one, string other) =>
        one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal);
}
