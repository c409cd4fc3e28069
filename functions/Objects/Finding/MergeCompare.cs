using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Finding;

/// <summary>An object of the source.</summary>
/// <param name="Object">The object.</param>
/// <param name="Reason">Why it must be copied; null if the destination has it.</param>
readonly record struct Finding(ListedObject Object, CopyReason? Reason)
{
    /// <summary>Whether it must be copied.</summary>
    public bool IsChange => Reason is not null;
}

/// <summary>Two sorted listings merged into one stream of findings, in constant memory.</summary>
static class MergeCompare
{
    /// <param name="source">The source's objects in key order.</param>
    /// <param name="destination">The destination's objects. Null to copy without comparing.</param>
    /// <param name="destinationKey">Maps a source key to the destination's key; preserves the order.</param>
    /// <param name="comparesChecksums">See <see cref="Change.FindAsync"/>.</param>
    /// <param name="recorded">Returns the recorded versions of a destination's key. Is asked for keys in order.</param>
    public static async IAsyncEnumerable<Finding> RunAsync(
        IAsyncEnumerable<ListedObject> source, SkippingListing? destination, Func<string, string> destinationKey, bool comparesChecksums,
        Func<string, ValueTask<CopiedVersion?>> recorded)
    {
        if (destination is null)
        {
            await foreach (var entry in source)
                yield return new Finding(entry, CopyReason.NotCompared);
            yield break;
        }

        await foreach (var entry in source)
        {
            var key = destinationKey(entry.Key);
            var copy = await destination.FindAsync(key);
            yield return new Finding(
                entry, copy is null ? CopyReason.Missing : await Change.FindAsync(entry, copy, comparesChecksums, () => recorded(key)));
        }
    }
}
