namespace DataTransferHub.Bench.Store;

/// <summary>The objects of a bucket in the order of their keys' bytes.</summary>
interface IObjectIndex
{
    /// <summary>The number of objects.</summary>
    long Count { get; }

    /// <summary>The object with a key, or null.</summary>
    StoredObject? Find(ReadOnlySpan<byte> key);

    /// <summary>Appends up to <paramref name="count"/> objects whose keys are at or after a key.</summary>
    void Read(ReadOnlySpan<byte> from, int count, List<StoredObject> into);
}
