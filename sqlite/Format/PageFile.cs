using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace DataTransferHub.Sqlite.Format;

/// <summary>
/// The pages of a database file, read without SQLite, which gives up at the first damaged one. The format is that of
/// https://sqlite.org/fileformat2.html. The file must have no write-ahead log beside it and must not change meanwhile.
/// </summary>
sealed class PageFile : IDisposable
{
    const int HeaderBytes = 100;
    const long LockByte = 1L << 30;

    readonly SafeFileHandle _file;
    readonly byte[] _header = new byte[HeaderBytes];

    /// <summary>Opens the file. Its header must be sound; SQLite checks it.</summary>
    public PageFile(string path)
    {
        _file = File.OpenHandle(path);
        RandomAccess.Read(_file, _header, 0);
        PageSize = BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(16)) is var size && size == 1 ? 65_536 : size;
        UsableSize = PageSize - _header[20];
        Count = (int)Math.Min(int.MaxValue, RandomAccess.GetLength(_file) / PageSize);
    }

    /// <summary>Size of a page in bytes.</summary>
    public int PageSize { get; }

    /// <summary>Bytes of a page that SQLite uses.</summary>
    public int UsableSize { get; }

    /// <summary>Number of pages; the first has the number 1.</summary>
    public int Count { get; }

    /// <summary>Whether there can be a page with this number in a tree.</summary>
    public bool Has(long number) => number > 1 && number <= Count && number != (LockByte / PageSize) + 1;

    /// <summary>Reads a page. One that the disk cannot read is all zeros, which no page of a tree is.</summary>
    public byte[] Read(int number)
    {
        var page = new byte[PageSize];
        try
        {
            RandomAccess.Read(_file, page, (number - 1L) * PageSize);
        }
        catch (IOException)
        {
            Array.Clear(page);
        }
        return page;
    }

    /// <summary>The pages of the list of free pages, or null if the list is damaged.</summary>
    public HashSet<int>? FreePages()
    {
        var free = new HashSet<int>();
        var count = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(36));
        for (var trunk = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(32)); trunk != 0;)
        {
            if (!Has(trunk) || !free.Add((int)trunk))
                return null;
            var page = Read((int)trunk);
            var leaves = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(4));
            if (leaves > (UsableSize / 4) - 2)
                return null;
            for (var i = 0; i < leaves; i++)
            {
                var leaf = BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(8 + (4 * i)));
                if (!Has(leaf) || !free.Add((int)leaf))
                    return null;
            }
            trunk = BinaryPrimitives.ReadUInt32BigEndian(page);
        }
        return free.Count == count ? free : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
