namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// Items at a destination whose bytes could not be proven to be the source's, and could not be removed. Whatever they look like, every
/// later run of any task copies them again. Shared by every machine of the hub.
/// </summary>
interface IUnprovenItems
{
    /// <summary>Marks an item. Does nothing when it is marked.</summary>
    Task AddAsync(string destination, string key, CancellationToken cancellationToken);

    /// <summary>Takes the mark off. Does nothing when there is none.</summary>
    Task RemoveAsync(string destination, string key, CancellationToken cancellationToken);

    /// <summary>Keys of the items of a destination that are marked.</summary>
    Task<IReadOnlyList<string>> ListAsync(string destination, CancellationToken cancellationToken);
}
