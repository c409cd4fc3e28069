using System.Buffers.Binary;

namespace DataTransferHub.Sqlite.Format;

/// <summary>A row of a table, or an entry of an index.</summary>
readonly record struct StoredRow(long Rowid, object?[] Values);

/// <summary>A page of a tree that cannot be read, and the keys it can have held, in a tree with rowids.</summary>
readonly record struct Hole(int Page, long After, long UpTo);

/// <summary>What can be read of the tree of one table or index.</summary>
/// <param name="file">The pages.</param>
/// <param name="taken">The pages that trees have used so far; shared by the scans of a file.</param>
/// <param name="hasRowids">Whether it is the tree of a table with rowids.</param>
/// <param name="fits">Whether a row can be one of this tree. A page with a row that cannot is damaged.</param>
sealed class TreeScan(PageFile file, HashSet<int> taken, bool hasRowids, Func<StoredRow, bool> fits)
{
    const int Deepest = 20;

    /// <summary>The pages that cannot be read. Filled while the rows are read.</summary>
    public List<Hole> Holes { get; } = [];

    /// <summary>Rows that continue on a page that cannot be read.</summary>
    public int BrokenRows { get; private set; }

    /// <summary>The rows below a page, page after page.</summary>
    /// <param name="root">The page.</param>
    /// <param name="after">The rowids are greater than this.</param>
    /// <param name="upTo">The rowids are not greater than this.</param>
    public IEnumerable<StoredRow> Read(int root, long after = long.MinValue, long upTo = long.MaxValue) => Read(root, after, upTo, 0);

    /// <summary>Whether a page that no sound page leads to can be one of this tree, and of which hole. It is not read further.</summary>
    public Hole? HoleFor(TreePage page)
    {
        if (page.HasRowids != hasRowids || Decode(page, out _) is null)
            return null;
        foreach (var hole in Holes)
        {
            if (!hasRowids || page.Cells.All(cell => cell.Rowid > hole.After && cell.Rowid <= hole.UpTo))
                return hole;
        }
        return null;
    }

    IEnumerable<StoredRow> Read(int number, long after, long upTo, int depth)
    {
        if (!file.Has(number) || !taken.Add(number))
        {
            Holes.Add(new Hole(number, after, upTo));
            yield break;
        }
        var page = TreePage.Parse(file, number);
        if (page is null || page.HasRowids != hasRowids || depth > Deepest || !IsOrdered(page, after, upTo)
            || Decode(page, out var broken) is not { } rows)
        {
            Holes.Add(new Hole(number, after, upTo));
            yield break;
        }

        BrokenRows += broken;
        foreach (var (_, used) in rows.Values)
            taken.UnionWith(used);
        for (var i = 0; i < page.Cells.Count; i++)
        {
            var cell = page.Cells[i];
            if (!page.IsLeaf)
            {
                var last = hasRowids ? cell.Rowid : upTo;
                foreach (var row in Read(cell.Child, after, last, depth + 1))
                    yield return row;
                after = hasRowids ? last : after;
            }
            if (rows.TryGetValue(i, out var found))
                yield return found.Row;
        }
        if (!page.IsLeaf)
        {
            foreach (var row in Read(page.Last, after, upTo, depth + 1))
                yield return row;
        }
    }

    bool IsOrdered(TreePage page, long after, long upTo)
    {
        if (!hasRowids)
            return true;
        foreach (var cell in page.Cells)
        {
            if (cell.Rowid <= after || cell.Rowid > upTo)
                return false;
            after = cell.Rowid;
        }
        return true;
    }

    // The rows that the cells hold, by their position, with the pages on which they continue; null if a cell holds something else.
    Dictionary<int, (StoredRow Row, List<int> Pages)>? Decode(TreePage page, out int broken)
    {
        broken = 0;
        var rows = new Dictionary<int, (StoredRow, List<int>)>();
        for (var i = 0; i < page.Cells.Count; i++)
        {
            var cell = page.Cells[i];
            if (cell.Size == 0)
                continue;
            var pages = new List<int>();
            if (Payload(cell, pages) is { } payload && PackedRecord.Decode(payload) is { } values
                && fits(new StoredRow(cell.Rowid, values)))
                rows[i] = (new StoredRow(cell.Rowid, values), pages);
            else if (cell.Payload.Length < cell.Size)
                broken++;
            else
                return null;
        }
        return rows;
    }

    byte[]? Payload(TreeCell cell, List<int> pages)
    {
        if (cell.Size > (long)file.Count * file.UsableSize)
            return null;
        var payload = new byte[cell.Size];
        cell.Payload.Span.CopyTo(payload);
        var (at, next) = (cell.Payload.Length, (long)cell.Overflow);
        while (at < payload.Length)
        {
            if (!file.Has(next) || taken.Contains((int)next) || pages.Contains((int)next))
                return null;
            pages.Add((int)next);
            var page = file.Read((int)next);
            var count = Math.Min(file.UsableSize - 4, payload.Length - at);
            page.AsSpan(4, count).CopyTo(payload.AsSpan(at));
            at += count;
            next = BinaryPrimitives.ReadUInt32BigEndian(page);
        }
        return next == 0 ? payload : null;
    }
}
