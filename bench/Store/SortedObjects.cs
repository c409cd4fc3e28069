namespace DataTransferHub.Bench.Store;

/// <summary>
/// Objects in memory: sorted blocks in a sorted list, so that a write or the start of a page costs two binary searches and a short move,
/// and a page is read in sequence. Not thread-safe.
/// </summary>
sealed class SortedObjects : IObjectIndex
{
    const int BlockSize = 512;

    // Never empty; only the first block may have no objects.
    readonly List<Block> _blocks = [new Block()];

    public long Count { get; private set; }

    public StoredObject? Find(ReadOnlySpan<byte> key)
    {
        var block = _blocks[BlockOf(key)];
        var at = block.Search(key);
        return at >= 0 ? block.Items[at] : null;
    }

    /// <summary>Stores an object, in place of the one with its key.</summary>
    public void Put(StoredObject item)
    {
        var number = BlockOf(item.Key);
        var block = _blocks[number];
        var at = block.Search(item.Key);
        if (at >= 0)
        {
            block.Items[at] = item;
            return;
        }

        at = ~at;
        Count++;
        if (block.Count == BlockSize)
        {
            // Keys that come in order leave full blocks behind.
            var kept = at == BlockSize && number == _blocks.Count - 1 ? BlockSize : BlockSize / 2;
            var upper = block.SplitAt(kept);
            _blocks.Insert(number + 1, upper);
            if (at >= kept)
                (block, at) = (upper, at - kept);
        }

        block.Insert(at, item);
    }

    /// <summary>Removes the object with a key, if there is one.</summary>
    public void Remove(ReadOnlySpan<byte> key)
    {
        var number = BlockOf(key);
        var block = _blocks[number];
        var at = block.Search(key);
        if (at < 0)
            return;
        block.RemoveAt(at);
        Count--;
        if (block.Count == 0 && _blocks.Count > 1)
            _blocks.RemoveAt(number);
    }

    public void Read(ReadOnlySpan<byte> from, int count, List<StoredObject> into)
    {
        var number = BlockOf(from);
        var at = _blocks[number].Search(from);
        for (at = at < 0 ? ~at : at; count > 0 && number < _blocks.Count; number++, at = 0)
        {
            var block = _blocks[number];
            var length = Math.Min(count, block.Count - at);
            into.AddRange(block.Items.AsSpan(at, length));
            count -= length;
        }
    }

    /// <summary>All objects in order.</summary>
    public IEnumerable<StoredObject> All() => _blocks.SelectMany(block => block.Items.Take(block.Count));

    // The last block that begins at or before the key, or the first.
    int BlockOf(ReadOnlySpan<byte> key)
    {
        int low = 1, high = _blocks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (key.SequenceCompareTo(_blocks[middle].Items[0].Key) >= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    sealed class Block
    {
        public StoredObject[] Items { get; } = new StoredObject[BlockSize];

        public int Count { get; private set; }

        // The place of the key, or the complement of the place where it belongs.
        public int Search(ReadOnlySpan<byte> key)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                var order = key.SequenceCompareTo(Items[middle].Key);
                if (order == 0)
                    return middle;
                if (order > 0)
                    low = middle + 1;
                else
                    high = middle;
            }

            return ~low;
        }

        public void Insert(int at, StoredObject item)
        {
            Items.AsSpan(at, Count - at).CopyTo(Items.AsSpan(at + 1));
            Items[at] = item;
            Count++;
        }

        public void RemoveAt(int at)
        {
            Items.AsSpan(at + 1, Count - at - 1).CopyTo(Items.AsSpan(at));
            Items[--Count] = null!;
        }

        public Block SplitAt(int at)
        {
            var upper = new Block { Count = Count - at };
            Items.AsSpan(at, Count - at).CopyTo(upper.Items);
            Items.AsSpan(at, Count - at).Clear();
            Count = at;
            return upper;
        }
    }
}
