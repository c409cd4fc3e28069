using System.Globalization;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Tasks.DryRuns;

/// <summary>An item that would be copied.</summary>
/// <param name="Key">Its key in the source.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Reason">Why.</param>
sealed record DryRunItem(string Key, long Size, CopyReason Reason);

/// <summary>One page of items.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextToken">The token of the next page; null if there is none.</param>
sealed record DryRunPage(IReadOnlyList<DryRunItem> Items, string? NextToken);

/// <summary>
/// The items that dry runs have found, in the work area: a compressed file of JSON lines for each batch that has any. A batch that is found
/// again replaces its file.
/// </summary>
static class DryRunItems
{
    /// <summary>Writes the items of a batch.</summary>
    public static Task WriteAsync(
        IWorkArea workArea, string dryRunId, int batch, IReadOnlyCollection<DryRunItem> items, CancellationToken cancellationToken) =>
        items.Count == 0
            ? Task.CompletedTask
            : JsonLines.WriteAsync(workArea, $"{FolderOf(dryRunId)}/{NameOf(batch)}", items, cancellationToken);

    /// <summary>Reads a page in the order in which the items were found.</summary>
    /// <param name="workArea">The work area.</param>
    /// <param name="dryRunId">The dry run.</param>
    /// <param name="limit">The maximum number of items.</param>
    /// <param name="token">The token of the page; null for the first.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="FormatException">The token is not one of this dry run.</exception>
    public static async Task<DryRunPage> ReadAsync(
        IWorkArea workArea, string dryRunId, int limit, string? token, CancellationToken cancellationToken)
    {
        var (first, skipped) = token is null ? ("", 0) : Parse(token, dryRunId);
        var page = new List<DryRunItem>();
        var folder = FolderOf(dryRunId);
        foreach (var path in await workArea.ListAsync(folder, cancellationToken))
        {
            var name = path[(folder.Length + 1)..];
            if (string.CompareOrdinal(name, first) < 0)
                continue;
            var items = await JsonLines.ReadAsync<DryRunItem>(workArea, path, cancellationToken) ?? [];
            var from = name == first ? skipped : 0;
            foreach (var item in items.Skip(from))
            {
                if (page.Count == limit)
                    return new DryRunPage(page, $"{dryRunId}.{name}.{from}");
                page.Add(item);
                from++;
            }
        }

        return new DryRunPage(page, null);
    }

    /// <summary>Removes what a dry run has written.</summary>
    public static Task DeleteAsync(IWorkArea workArea, string dryRunId, CancellationToken cancellationToken) =>
        workArea.DeleteFolderAsync(IWorkArea.FolderOfRun(dryRunId), cancellationToken);

    static (string Name, int Skipped) Parse(string token, string dryRunId) =>
        token.Split('.') is [var id, var name, var number] && id == dryRunId
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var skipped)
            ? (name, skipped)
            : throw new FormatException("Send the nextToken of a page of the task's newest dry run, or omit it for the first page.");

    static string FolderOf(string dryRunId) => $"{IWorkArea.FolderOfRun(dryRunId)}/found";

    static string NameOf(int batch) => $"batch-{batch.ToString("D10", CultureInfo.InvariantCulture)}";
}
