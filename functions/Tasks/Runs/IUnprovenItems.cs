namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// Unproven items at a destination: their bytes could not be shown to be the source's, and they could not be removed. Every later run of
/// any task copies them again, whatever the listing says. Shared by every machine of the hub.
/// </summary>
interface IUnprovenItems
{
    /// <summary>Marks an item. Does nothing if it is marked already.</summary>
    Task AddAsync(string destination, string key, CancellationToken cancellationToken);

    /// <summary>Removes the mark. Does nothing if there is none.</summary>
    Task RemoveAsync(string destination, string key, CancellationToken cancellationToken);

    /// <summary>Keys of a destination's marked items.</summary>
    Task<IReadOnlyList<string>> ListAsync(string destination, CancellationToken cancellationToken);
}
