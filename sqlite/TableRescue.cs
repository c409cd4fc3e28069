using System.Globalization;
using DataTransferHub.Sqlite.Format;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>Copies what can be read of all tables of a damaged file to a new one, and finds out what is lost.</summary>
sealed class TableRescue
{
    const string Sequences = "sqlite_sequence";

    readonly PageFile _file;
    readonly SqliteConnection _target;
    readonly List<Part> _parts = [];
    readonly List<LostRow> _lost = [];
    readonly HashSet<string> _incomplete = [];
    readonly HashSet<int> _taken = [];
    readonly Dictionary<string, long> _sequences = [];

    public TableRescue(PageFile file, IReadOnlyList<StoredTable> tables, SqliteConnection target)
    {
        _file = file;
        _target = target;
        foreach (var table in tables)
        {
            _parts.Add(new Part(table, null, new TreeScan(file, _taken, table.HasRowids, table.Fits)));
            foreach (var index in table.Indexes)
                _parts.Add(new Part(table, index, new TreeScan(file, _taken, hasRowids: false, index.Fits)));
        }
    }

    /// <summary>The rows that are lost and known.</summary>
    public IReadOnlyList<LostRow> Lost => _lost;

    /// <summary>The tables that may have lost more rows than those.</summary>
    public IReadOnlySet<string> Incomplete => _incomplete;

    /// <summary>The pages that could not be read.</summary>
    public IEnumerable<int> DamagedPages => _parts.SelectMany(part => part.Scan.Holes).Select(hole => hole.Page).Distinct().Order();

    /// <summary>Copies the rows. The tables of the new file are empty and have the same columns.</summary>
    public void Run()
    {
        foreach (var part in _parts)
            Take(part, part.Scan.Read(part.Root));
        var loose = ReadLoosePages();
        foreach (var (name, value) in _sequences)
            RaiseSequence(_target, name, value);
        foreach (var part in _parts.Where(part => part.Index is null && part.Table.Name != Sequences && part.HasLosses(loose)))
            FindLost(part.Table);
    }

    /// <summary>Keeps keys up to a value from being used again.</summary>
    public static void RaiseSequence(SqliteConnection connection, string table, long value)
    {
        using var raise = new Statement(connection, "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", 2);
        if (raise.Execute(table, value) > 0)
            return;
        using var insert = new Statement(connection, "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", 2);
        insert.Execute(table, value);
    }

    void Take(Part part, IEnumerable<StoredRow> rows)
    {
        // Indexes are read too, so that it is known which pages no sound page leads to. Their entries are read again where rows are lost.
        if (part.Index is not null)
            _ = rows.Count();
        else if (part.Table.Name == Sequences)
            TakeSequences(rows);
        else
            Insert(part, rows);
    }

    // SQLite writes this table itself, when rows are inserted.
    void TakeSequences(IEnumerable<StoredRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Values is [string name, long value])
                _sequences[name] = value;
        }
    }

    void Insert(Part part, IEnumerable<StoredRow> rows)
    {
        var table = part.Table;
        var inserts = new Dictionary<int, Statement>();
        try
        {
            foreach (var row in rows)
            {
                if (!inserts.TryGetValue(row.Values.Length, out var insert))
                    inserts[row.Values.Length] = insert = InsertOf(table, row.Values.Length);
                object?[] values = table.HasRowids ? [row.Rowid, .. WithAlias(table, row)] : row.Values;
                // Of two rows with one key one is stale; that cannot be in a file whose other pages are sound.
                if (insert.Execute(values) == 0)
                    part.Refused++;
            }
        }
        finally
        {
            foreach (var insert in inserts.Values)
                insert.Dispose();
        }
    }

    static object?[] WithAlias(StoredTable table, StoredRow row)
    {
        if (table.RowidAlias >= 0 && table.RowidAlias < row.Values.Length)
            row.Values[table.RowidAlias] = row.Rowid;
        return row.Values;
    }

    Statement InsertOf(StoredTable table, int columns)
    {
        IEnumerable<string> names = table.Columns.Take(columns).Select(column => Quoted(column.Name));
        if (table.HasRowids)
            names = names.Prepend(StoredTable.Rowid);
        var all = names.ToList();
        var values = string.Join(", ", Enumerable.Range(1, all.Count).Select(i => $"?{i}"));
        return new Statement(
            _target, $"INSERT OR IGNORE INTO {Quoted(table.Name)} ({string.Join(", ", all)}) VALUES ({values})", all.Count);
    }

    /// <summary>
    /// Finds the pages below a damaged page, which no sound page leads to, by what is in them: each must fit exactly one tree.
    /// </summary>
    /// <returns>Whether every such page has been put to its tree.</returns>
    bool ReadLoosePages()
    {
        if (_parts.TrueForAll(part => part.Scan.Holes.Count == 0))
            return true;
        // The pages of a damaged list of free pages hold rows that were removed: they must not come back.
        if (_file.FreePages() is not { } free)
            return false;
        var damaged = _parts.SelectMany(part => part.Scan.Holes).Select(hole => hole.Page).ToHashSet();
        var loose = new Dictionary<int, TreePage>();
        var isComplete = true;
        for (var number = 2; number <= _file.Count; number++)
        {
            if (!_file.Has(number) || _taken.Contains(number) || free.Contains(number) || damaged.Contains(number))
                continue;
            if (TreePage.Parse(_file, number) is { } page)
                loose[number] = page;
            // What is no page of a tree can be the continuation of a lost row, which begins with the number of the next page.
            else if (_file.Read(number)[0] != 0)
                isComplete = false;
        }

        var below = loose.Values.SelectMany(page => page.Children).ToHashSet();
        foreach (var (number, page) in loose.Where(entry => !below.Contains(entry.Key)))
        {
            var fitting = _parts.Select(part => (Part: part, Hole: part.Scan.HoleFor(page))).Where(fit => fit.Hole is not null).ToList();
            if (fitting is not [var (part, hole)])
            {
                isComplete = false;
                continue;
            }
            part.Interior.Add(hole!.Value.Page);
            Take(part, part.Scan.Read(number, hole.Value.After, hole.Value.UpTo));
        }
        return isComplete;
    }

    void FindLost(StoredTable table)
    {
        var found = new Dictionary<string, Dictionary<string, object?>>();
        var isComplete = false;
        using var exists = new Statement(
            _target,
            $"SELECT 1 FROM {Quoted(table.Name)} WHERE "
            + string.Join(" AND ", table.Key.Select((name, i) => $"{Name(name)} = ?{(i + 1).ToString(CultureInfo.InvariantCulture)}")),
            table.Key.Count);
        foreach (var index in table.Indexes)
        {
            // A second reading, with the pages of this index alone.
            var scan = new TreeScan(_file, [], hasRowids: false, index.Fits);
            foreach (var entry in scan.Read(index.Root))
            {
                var values = new Dictionary<string, object?>();
                for (var i = 0; i < entry.Values.Length; i++)
                    values[index.Columns[i].Name] = entry.Values[i];
                object?[] key = [.. table.Key.Select(name => values[name])];
                if (exists.Scalar(key) is not null)
                    continue;
                var identity = string.Join('\0', key);
                if (!found.TryAdd(identity, values))
                {
                    foreach (var (name, value) in values)
                        found[identity][name] = value;
                }
            }
            isComplete |= !index.IsPartial && scan.Holes.Count == 0 && scan.BrokenRows == 0;
        }
        _lost.AddRange(found.Values.Select(values => new LostRow(table.Name, values)));
        if (!isComplete)
            _incomplete.Add(table.Name);
    }

    static string Name(string column) => column == StoredTable.Rowid ? column : Quoted(column);

    // Only names of the file's own tables and columns come here.
    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The tree of a table or of one of its indexes.</summary>
    sealed class Part(StoredTable table, StoredIndex? index, TreeScan scan)
    {
        public StoredTable Table => table;

        public StoredIndex? Index => index;

        public TreeScan Scan => scan;

        public int Root => index?.Root ?? table.Root;

        public HashSet<int> Interior { get; } = [];

        public int Refused { get; set; }

        /// <summary>Whether rows are lost, or may be.</summary>
        /// <param name="isComplete">Whether every page without a parent was put to its tree.</param>
        // A damaged page with children has no rows of its own if the table has rowids.
        public bool HasLosses(bool isComplete) =>
            Scan.BrokenRows + Refused > 0
            || Scan.Holes.Exists(hole => !isComplete || !Interior.Contains(hole.Page) || !table.HasRowids);
    }
}
