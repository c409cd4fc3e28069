namespace DataTransferHub.Servers.S3.Memory;

/// <summary>A bucket: its objects in key order, and its uploads. Safe for use by many requests at once.</summary>
sealed class MemoryBucket(string name)
{
    // Greater than any key of 1024 bytes.
    static readonly string AfterAllKeys = string.Concat(Enumerable.Repeat("\U0010FFFF", 257));

    readonly Lock _lock = new();

    // Guarded by _lock. _keys holds just the keys of _objects, in order.
    readonly Dictionary<string, StoredObject> _objects = [];
    readonly SortedSet<string> _keys = new(Utf8Order.Instance);
    readonly SortedDictionary<(string Key, string Id), StoredUpload> _uploads = new(UploadOrder.Instance);

    public string Name => name;

    public BucketQuirks Quirks { get; } = new();

    public StoredObject? Find(string key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key);
    }

    /// <exception cref="S3Error">There is no such object.</exception>
    public StoredObject Get(string key) => Find(key) ?? throw S3Error.NoSuchKey();

    /// <summary>Stores an object, if the one that is there is as <paramref name="allows"/> wants it.</summary>
    /// <exception cref="S3Error">It is not.</exception>
    public void Put(string key, StoredObject item, Func<StoredObject?, bool> allows)
    {
        lock (_lock)
        {
            if (!allows(_objects.GetValueOrDefault(key)))
                throw S3Error.PreconditionFailed();
            _objects[key] = item;
            _keys.Add(key);
        }
    }

    public void Delete(string key)
    {
        lock (_lock)
        {
            if (_objects.Remove(key))
                _keys.Remove(key);
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _objects.Count == 0 && _uploads.Count == 0;
        }
    }

    /// <summary>
    /// The next entries of a listing: objects, and with a delimiter the common prefixes of keys that have it after the prefix.
    /// </summary>
    /// <param name="prefix">What keys start with.</param>
    /// <param name="delimiter">Ends common prefixes; empty for none.</param>
    /// <param name="after">The entry after which it goes on: a key or a common prefix.</param>
    /// <param name="count">The most entries.</param>
    public ListedPage List(string prefix, string delimiter, string after, int count)
    {
        var entries = new List<ListedEntry>(Math.Min(count, 1000));
        lock (_lock)
        {
            var from = Utf8Order.Instance.Compare(prefix, after) > 0 ? prefix : after;
            foreach (var key in _keys.GetViewBetween(from, AfterAllKeys))
            {
                if (!key.StartsWith(prefix, StringComparison.Ordinal))
                    break;
                if (key == after && after.Length > 0)
                    continue;

                var end = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                var common = end < 0 ? null : key[..(end + delimiter.Length)];
                if (common is not null && (common == after || entries.Count > 0 && entries[^1].Name == common))
                    continue;
                if (entries.Count == count)
                    return new ListedPage(entries, IsTruncated: count > 0);
                entries.Add(common is null ? new ListedEntry(key, _objects[key]) : new ListedEntry(common, null));
            }
        }

        return new ListedPage(entries, IsTruncated: false);
    }

    public void AddUpload(StoredUpload upload)
    {
        lock (_lock)
            _uploads.Add((upload.Key, upload.Id), upload);
    }

    /// <summary>Attributes of an upload.</summary>
    /// <exception cref="S3Error">There is no such upload.</exception>
    public StoredAttributes AttributesOf(string key, string id)
    {
        lock (_lock)
            return Upload(key, id).Attributes;
    }

    /// <exception cref="S3Error">There is no such upload.</exception>
    public void PutPart(string key, string id, int number, StoredPart part)
    {
        lock (_lock)
            Upload(key, id).Parts[number] = part;
    }

    /// <summary>Numbers and parts of an upload after a number.</summary>
    /// <exception cref="S3Error">There is no such upload.</exception>
    public List<KeyValuePair<int, StoredPart>> ListParts(string key, string id, int after, int count)
    {
        lock (_lock)
            return [.. Upload(key, id).Parts.Where(part => part.Key > after).Take(count)];
    }

    /// <summary>Makes an object of an upload, which ends with it.</summary>
    /// <exception cref="S3Error">There is no such upload, or <paramref name="join"/> refused; then it goes on.</exception>
    public StoredObject Complete(string key, string id, Func<StoredUpload, StoredObject> join, Func<StoredObject?, bool> allows)
    {
        lock (_lock)
        {
            var item = join(Upload(key, id));
            Put(key, item, allows);
            _uploads.Remove((key, id));
            return item;
        }
    }

    /// <exception cref="S3Error">There is no such upload.</exception>
    public void Abort(string key, string id)
    {
        lock (_lock)
        {
            if (!_uploads.Remove((key, id)))
                throw S3Error.NoSuchUpload();
        }
    }

    /// <summary>Uploads after a key, or after one of its uploads.</summary>
    public List<StoredUpload> ListUploads(string prefix, string afterKey, string afterId, int count)
    {
        lock (_lock)
        {
            return
            [
                .. _uploads.Values
                    .Where(upload => upload.Key.StartsWith(prefix, StringComparison.Ordinal) && IsAfter(upload))
                    .Take(count),
            ];
        }

        bool IsAfter(StoredUpload upload) => afterKey.Length == 0 || Utf8Order.Instance.Compare(upload.Key, afterKey) is var order
            && (order > 0 || order == 0 && afterId.Length > 0 && string.CompareOrdinal(upload.Id, afterId) > 0);
    }

    StoredUpload Upload(string key, string id) => _uploads.TryGetValue((key, id), out var upload) ? upload : throw S3Error.NoSuchUpload();

    sealed class UploadOrder : IComparer<(string Key, string Id)>
    {
        public static readonly UploadOrder Instance = new();

        public int Compare((string Key, string Id) x, (string Key, string Id) y) =>
            Utf8Order.Instance.Compare(x.Key, y.Key) is not 0 and var order ? order : string.CompareOrdinal(x.Id, y.Id);
    }
}

/// <summary>An entry of a listing.</summary>
/// <param name="Name">The key, or the common prefix.</param>
/// <param name="Object">The object, or null for a common prefix.</param>
readonly record struct ListedEntry(string Name, StoredObject? Object);

/// <summary>A page of a listing.</summary>
sealed record ListedPage(List<ListedEntry> Entries, bool IsTruncated);

/// <summary>The order of keys: by their UTF-8 bytes, in which surrogates come after U+E000 to U+FFFF.</summary>
sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y)
    {
        var same = x.AsSpan().CommonPrefixLength(y);
        if (same == x!.Length || same == y!.Length)
            return x.Length.CompareTo(y!.Length);
        return Rank(x[same]).CompareTo(Rank(y[same]));
    }

    static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
