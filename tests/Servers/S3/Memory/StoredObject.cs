namespace DataTransferHub.Servers.S3.Memory;

/// <summary>An object, never changed once it is stored.</summary>
/// <param name="Parts">Its bytes, in the parts in which they came.</param>
/// <param name="ETag">Its ETag without quotes.</param>
/// <param name="Attributes">What is stored with it.</param>
/// <param name="Modified">When it was written.</param>
/// <param name="IsComposite">Whether it was uploaded in parts.</param>
/// <param name="Checksum">The checksum that it was sent with: algorithm and value in Base64, or null.</param>
sealed record StoredObject(
    IReadOnlyList<byte[]> Parts,
    string ETag,
    StoredAttributes Attributes,
    DateTimeOffset Modified,
    bool IsComposite,
    (string Algorithm, string Value)? Checksum)
{
    public long Size { get; } = Parts.Sum(part => (long)part.Length);

    /// <summary>Its bytes from one on, as many as asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read(long from, long count)
    {
        foreach (var part in Parts)
        {
            if (count == 0)
                yield break;
            if (from >= part.Length)
            {
                from -= part.Length;
                continue;
            }

            var length = (int)Math.Min(count, part.Length - from);
            yield return part.AsMemory((int)from, length);
            from = 0;
            count -= length;
        }
    }
}

/// <summary>A part of an upload.</summary>
sealed record StoredPart(byte[] Content, string ETag, byte[] Md5, DateTimeOffset Modified, (string Algorithm, string Value)? Checksum);

/// <summary>A multipart upload that is under way. Guarded by its bucket's lock.</summary>
sealed class StoredUpload(string key, string id, StoredAttributes attributes, DateTimeOffset started)
{
    public string Key => key;

    public string Id => id;

    public StoredAttributes Attributes => attributes;

    public DateTimeOffset Started => started;

    public SortedDictionary<int, StoredPart> Parts { get; } = [];
}
