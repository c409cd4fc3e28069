namespace DataTransferHub.Bench.Store;

/// <summary>An object, never changed once it is stored.</summary>
/// <param name="Key">Its key in UTF-8.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ETag">Its ETag.</param>
/// <param name="Modified">When it was written, to the second.</param>
/// <param name="Headers">The headers that reads return: content headers, metadata.</param>
/// <param name="Body">Its bytes, or null if they were dropped.</param>
sealed record StoredObject(
    byte[] Key, long Size, ETag ETag, DateTime Modified, IReadOnlyList<KeyValuePair<string, string>> Headers, IStoredBody? Body)
{
    /// <summary>Name and value of the additional checksum with which it was sent, or null.</summary>
    public KeyValuePair<string, string>? Checksum { get; init; }

    /// <summary>The sizes of the parts from which it was joined.</summary>
    public IReadOnlyList<long> PartSizes { get; init; } = [];
}
