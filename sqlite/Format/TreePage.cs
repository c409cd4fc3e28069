using System.Buffers.Binary;

namespace DataTransferHub.Sqlite.Format;

/// <summary>A cell of a page of a tree.</summary>
/// <param name="Child">The page with what comes before it; 0 on a leaf.</param>
/// <param name="Rowid">The key, in the tree of a table with rowids.</param>
/// <param name="Payload">What the page holds of its record; empty if there is none.</param>
/// <param name="Size">Bytes of its record.</param>
/// <param name="Overflow">The page on which the record continues, or 0.</param>
readonly record struct TreeCell(int Child, long Rowid, ReadOnlyMemory<byte> Payload, int Size, int Overflow);

/// <summary>A page of a tree whose structure is sound to the last byte.</summary>
/// <param name="HasRowids">Whether the tree is that of a table with rowids.</param>
/// <param name="IsLeaf">Whether it has no children.</param>
/// <param name="Cells">Its cells, in order.</param>
/// <param name="Last">The page with what comes after the last cell; 0 on a leaf.</param>
sealed record TreePage(bool HasRowids, bool IsLeaf, IReadOnlyList<TreeCell> Cells, int Last)
{
    const byte InteriorOfIndex = 2;
    const byte InteriorOfTable = 5;
    const byte LeafOfIndex = 10;
    const byte LeafOfTable = 13;
    const int LeastCell = 4;

    /// <summary>The pages below it.</summary>
    public IEnumerable<int> Children => IsLeaf ? [] : Cells.Select(cell => cell.Child).Append(Last);

    /// <summary>Takes a page apart; null if it is not a page of a tree, or is damaged.</summary>
    public static TreePage? Parse(PageFile file, int number)
    {
        var page = file.Read(number);
        if (page[0] is not (InteriorOfIndex or InteriorOfTable or LeafOfIndex or LeafOfTable))
            return null;
        var (hasRowids, isLeaf) = (page[0] is InteriorOfTable or LeafOfTable, page[0] is LeafOfIndex or LeafOfTable);
        var header = isLeaf ? 8 : 12;
        var count = U16(page, 3);
        var content = U16(page, 5) is var start && start == 0 ? 65_536 : start;
        if (header + (2 * count) > content || content > file.UsableSize)
            return null;

        var cells = new TreeCell[count];
        var used = new List<(int From, int To)>();
        for (var i = 0; i < count; i++)
        {
            var at = U16(page, header + (2 * i));
            if (at < content || Cell(page, file.UsableSize, at, hasRowids, isLeaf, out cells[i]) is not { } end)
                return null;
            if (!isLeaf && !file.Has(cells[i].Child))
                return null;
            used.Add((at, Math.Max(end, at + LeastCell)));
        }
        var last = isLeaf ? 0 : (long)BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(8));
        return (isLeaf || file.Has(last)) && AddFree(page, file.UsableSize, content, used)
            && IsFilled(used, content, file.UsableSize, page[7])
            ? new TreePage(hasRowids, isLeaf, cells, (int)last)
            : null;
    }

    // Where the cell ends, or null if it cannot be one.
    static int? Cell(byte[] page, int usable, int start, bool hasRowids, bool isLeaf, out TreeCell cell)
    {
        cell = default;
        var data = page.AsSpan(0, usable);
        var at = start;
        long child = 0, size = 0, rowid = 0;
        if (!isLeaf)
        {
            if (at + 4 > usable || (child = BinaryPrimitives.ReadUInt32BigEndian(data[at..])) > int.MaxValue)
                return null;
            at += 4;
        }
        var hasRecord = isLeaf || !hasRowids;
        if (hasRecord && (!Varint.TryRead(data, ref at, out size) || size is < 1 or > int.MaxValue))
            return null;
        if (hasRowids && !Varint.TryRead(data, ref at, out rowid))
            return null;

        var local = hasRecord ? Local((int)size, usable, hasRowids) : 0;
        var overflow = 0L;
        if (at + local + (local < size ? 4 : 0) > usable)
            return null;
        var payload = page.AsMemory(at, local);
        at += local;
        if (local < size)
        {
            overflow = BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
            at += 4;
        }
        cell = new TreeCell((int)child, rowid, payload, (int)size, overflow <= int.MaxValue ? (int)overflow : 0);
        return at;
    }

    // How much of a record is on the page itself.
    static int Local(int size, int usable, bool hasRowids)
    {
        var most = hasRowids ? usable - 35 : ((usable - 12) * 64 / 255) - 23;
        if (size <= most)
            return size;
        var least = ((usable - 12) * 32 / 255) - 23;
        var wanted = least + ((size - least) % (usable - 4));
        return wanted <= most ? wanted : least;
    }

    // The free blocks within the content, a list in ascending order.
    static bool AddFree(byte[] page, int usable, int content, List<(int From, int To)> used)
    {
        for (int at = U16(page, 1), before = 0; at != 0;)
        {
            if (at < content || at <= before || at + 4 > usable)
                return false;
            var size = U16(page, at + 2);
            used.Add((at, at + size));
            before = at + size;
            at = U16(page, at);
        }
        return true;
    }

    // Cells and free blocks do not overlap and leave only the gaps that the page declares.
    static bool IsFilled(List<(int From, int To)> used, int content, int usable, int fragments)
    {
        used.Sort();
        var (end, gaps) = (content, 0);
        foreach (var (from, to) in used)
        {
            if (from < end)
                return false;
            gaps += from - end;
            end = to;
        }
        return end <= usable && gaps + usable - end == fragments;
    }

    static int U16(byte[] page, int at) => BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(at));
}
