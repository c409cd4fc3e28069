using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Copying;

/// <summary>Both ends of a run, opened, and the way between them.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Source">Where objects come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="Retry">How faults are retried.</param>
sealed record Transfer(ObjectTransferSettings Settings, IObjectStore Source, IObjectStore Destination, StoreRetry Retry)
{
    /// <summary>Reads bytes of an object, only to hash them.</summary>
    public static async Task HashAsync(
        IObjectStore store, string key, ByteRange? range, long length, string etag, BodyHash hash, CancellationToken cancellationToken)
    {
        if (length == 0) return;
        using var body = await store.GetAsync(key, range, etag, cancellationToken);
        await new RelayedContent(body, length, hash).WriteToAsync(Stream.Null, static () => { }, cancellationToken);
    }

    /// <summary>
    /// Removes an object whose bytes turned out not to be those that were sent, so that no later run takes it for a copy. Only
    /// that very version is removed.
    /// </summary>
    /// <param name="key">The key at the destination.</param>
    /// <param name="written">The version's ETag.</param>
    /// <param name="found">What is wrong with it.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The fault to throw; it says whether the object was removed.</returns>
    public async Task<StoreException> RemoveWrongAsync(string key, string written, string found, CancellationToken cancellationToken)
    {
        try
        {
            var head = await Destination.HeadAsync(key, null, cancellationToken);
            if (ETags.Same(head.ETag, written)) await Destination.DeleteAsync(key, cancellationToken);
            return new StoreException(StoreSide.Destination, StoreFault.Corrupt, $"{found}; the wrong copy was removed");
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.NotFound)
        {
            return new StoreException(StoreSide.Destination, StoreFault.Corrupt, found);
        }
        catch (StoreException fault)
        {
            var message = $"{found}; the wrong copy could not be removed, delete '{key}' there. {fault.Message}";
            return new StoreException(StoreSide.Destination, StoreFault.Corrupt, message, inner: fault);
        }
    }
}
