using System.Security.Cryptography;

namespace DataTransferHub.Bench.Store;

/// <summary>A part of an upload.</summary>
sealed record UploadedPart(int Number, long Size, ETag ETag, DateTime Modified, ReceivedPieces? Body);

/// <summary>An upload in parts that is under way. Safe for use by many requests at once.</summary>
sealed class Upload(byte[] key, string id, IReadOnlyList<KeyValuePair<string, string>> headers, DateTime started) : IComparable<Upload>
{
    readonly Lock _lock = new();

    // Guarded by _lock.
    readonly SortedDictionary<int, UploadedPart> _parts = [];

    public byte[] Key => key;

    public string Id => id;

    public DateTime Started => started;

    public void Put(UploadedPart part)
    {
        lock (_lock)
            _parts[part.Number] = part;
    }

    /// <summary>Parts after a number, in order.</summary>
    public IReadOnlyList<UploadedPart> List(int after, int count)
    {
        lock (_lock)
            return [.. _parts.Values.Where(part => part.Number > after).Take(count)];
    }

    /// <summary>Joins parts to an object.</summary>
    /// <exception cref="StoreError">A part is missing or has another ETag.</exception>
    public StoredObject Join(IReadOnlyList<(int Number, string ETag)> wanted, DateTime now)
    {
        var parts = new List<UploadedPart>(wanted.Count);
        lock (_lock)
        {
            foreach (var (number, etag) in wanted)
            {
                if (parts.Count > 0 && number <= parts[^1].Number)
                    throw StoreError.InvalidPartOrder();
                if (!_parts.TryGetValue(number, out var part) || part.ETag.ToString() != etag)
                    throw StoreError.InvalidPart();
                parts.Add(part);
            }
        }

        var md5s = new byte[16 * parts.Count];
        for (var i = 0; i < parts.Count; i++)
            parts[i].ETag.CopyTo(md5s.AsSpan(16 * i));
        var body = parts.All(part => part.Body is not null) ? new ReceivedPieces([.. parts.SelectMany(part => part.Body!.Pieces)]) : null;
        return new StoredObject(
            key, parts.Sum(part => part.Size), ETag.Of(MD5.HashData(md5s), parts.Count), now, headers, body)
        {
            PartSizes = [.. parts.Select(part => part.Size)],
        };
    }

    public int CompareTo(Upload? other)
    {
        if (other is null)
            return 1;
        var order = key.AsSpan().SequenceCompareTo(other.Key);
        return order != 0 ? order : string.CompareOrdinal(id, other.Id);
    }
}
