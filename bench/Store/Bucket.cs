using System.Security.Cryptography;

namespace DataTransferHub.Bench.Store;

/// <summary>A bucket: its objects and its unfinished uploads. Safe for use by many requests at once.</summary>
/// <param name="synthetic">Objects that exist only in listings, or null. Such a bucket takes no others.</param>
sealed class Bucket(SyntheticObjects? synthetic = null)
{
    readonly Lock _lock = new();

    // Guarded by _lock.
    readonly SortedObjects _objects = new();
    readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    IObjectIndex Index => synthetic is null ? _objects : synthetic;

    public StoredObject? Find(byte[] key)
    {
        lock (_lock)
            return Index.Find(key);
    }

    /// <exception cref="StoreError">There is no such object.</exception>
    public StoredObject Get(byte[] key) => Find(key) ?? throw StoreError.NoSuchKey();

    public void Put(StoredObject item)
    {
        if (synthetic is not null)
            throw StoreError.NotImplemented("objects in a synthetic bucket");
        lock (_lock)
            _objects.Put(item);
    }

    public void Delete(byte[] key)
    {
        lock (_lock)
            _objects.Remove(key);
    }

    /// <summary>Appends up to <paramref name="count"/> objects whose keys are at or after a key.</summary>
    public void Read(ReadOnlySpan<byte> from, int count, List<StoredObject> into)
    {
        lock (_lock)
            Index.Read(from, count, into);
    }

    public void Add(Upload upload)
    {
        lock (_lock)
            _uploads.Add(upload.Id, upload);
    }

    /// <exception cref="StoreError">There is no such upload.</exception>
    public Upload GetUpload(byte[] key, string id)
    {
        lock (_lock)
        {
            return _uploads.TryGetValue(id, out var upload) && upload.Key.AsSpan().SequenceEqual(key)
                ? upload
                : throw StoreError.NoSuchUpload();
        }
    }

    /// <summary>Makes an object of an upload, which ends with it.</summary>
    public void Complete(Upload upload, StoredObject item)
    {
        lock (_lock)
        {
            if (!_uploads.Remove(upload.Id))
                throw StoreError.NoSuchUpload();
            _objects.Put(item);
        }
    }

    public void Abort(Upload upload)
    {
        lock (_lock)
            _uploads.Remove(upload.Id);
    }

    /// <summary>The unfinished uploads in order.</summary>
    public IReadOnlyList<Upload> ListUploads()
    {
        lock (_lock)
            return [.. _uploads.Values.Order()];
    }

    /// <summary>What the bucket has.</summary>
    public BucketContents Summarize()
    {
        lock (_lock)
        {
            long bytes = 0;
            using var keys = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            using var all = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            Span<byte> md5 = stackalloc byte[16];
            foreach (var item in _objects.All())
            {
                bytes += item.Size;
                keys.AppendData(item.Key);
                keys.AppendData(BitConverter.GetBytes(item.Size));
                all.AppendData(item.Key);
                item.ETag.CopyTo(md5);
                all.AppendData(md5);
            }

            return new BucketContents(
                Index.Count, bytes, _uploads.Count, Convert.ToHexStringLower(keys.GetHashAndReset()),
                Convert.ToHexStringLower(all.GetHashAndReset()));
        }
    }
}

/// <summary>What a bucket has.</summary>
/// <param name="Objects">The number of objects.</param>
/// <param name="Bytes">Their bytes, synthetic ones not counted.</param>
/// <param name="Uploads">The number of unfinished uploads.</param>
/// <param name="SizesHash">A hash of keys and sizes.</param>
/// <param name="ETagsHash">A hash of keys and ETags.</param>
sealed record BucketContents(long Objects, long Bytes, int Uploads, string SizesHash, string ETagsHash);
