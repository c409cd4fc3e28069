using System.Net;
using System.Text;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// Decides what has become of an object that could not be copied. That the source has no such object is no proof that it was deleted: a
/// server that alters keys in its listings answers the same for an object that exists. So the object is listed again.
/// </summary>
/// <param name="transfer">The two ends.</param>
sealed class MissingObjects(Transfer transfer)
{
    const string StillListed =
        "The source lists the object, but does not have it when it is read. It may alter the key in its listings; rename the object at the "
        + "source, or have the store checked.";

    // Bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    const int LongestKey = 1024;

    /// <summary>The outcome of an object whose copy failed permanently.</summary>
    /// <param name="item">The object.</param>
    /// <param name="attempts">How often it was tried.</param>
    /// <param name="fault">The fault of the last attempt.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public async Task<CopyOutcome> EndOfAsync(CopyItem item, int attempts, StoreException fault, CancellationToken cancellationToken)
    {
        return fault switch
        {
            { Side: StoreSide.Source, Fault: StoreFault.Archived } => new CopyOutcome.Archived(),
            { Side: StoreSide.Source, Fault: StoreFault.NotFound } => await EndOfAsync(item, attempts, cancellationToken),
            _ => Fail(item, attempts, fault.Message),
        };
    }

    /// <summary>The outcome of an object that the source does not have when it is read.</summary>
    public async Task<CopyOutcome> EndOfAsync(CopyItem item, int attempts, CancellationToken cancellationToken) =>
        await WhyNotVanishedAsync(item.Key, cancellationToken) is { } error ? Fail(item, attempts, error) : new CopyOutcome.Vanished();

    /// <summary>The outcome of an object that has failed, which is logged.</summary>
    public CopyOutcome Fail(CopyItem item, int attempts, string error)
    {
        transfer.Log.ItemFailed(item.Key, attempts, error);
        return new CopyOutcome.Failed(item.Fail(attempts, error));
    }

    // Null if a new listing of the source proves that the object is gone.
    async Task<string?> WhyNotVanishedAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var name in PossibleKeys(key))
            {
                var page = await transfer.Retry.RunAsync(
                    token => transfer.Source.ListAsync(name, null, null, 1, token), cancellationToken, key);
                if (page.Objects.Any(entry => entry.Key == key))
                    return StillListed;
            }

            return null;
        }
        catch (StoreException fault) when (!fault.ConcernsWholeBucket)
        {
            return $"The source does not have the object, and whether it was deleted could not be determined: {fault.Message}";
        }
    }

    // The key, and the keys that a server could list as this one if it encodes or decodes keys once too often.
    static IEnumerable<string> PossibleKeys(string key) => new[]
    {
        key, WebUtility.HtmlDecode(key), WebUtility.HtmlEncode(key), Uri.UnescapeDataString(key), key.Replace('+', ' '),
        key.Replace(' ', '+'), string.Join('/', key.Split('/').Select(Uri.EscapeDataString)),
    }.Distinct(StringComparer.Ordinal).Where(name => name == key || Encoding.UTF8.GetByteCount(name) <= LongestKey);
}
