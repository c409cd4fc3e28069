using DataTransferHub.Sqlite.Format;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>A column of a table.</summary>
sealed record StoredColumn(string Name, string Type, bool IsRequired)
{
    public bool Takes(object? value) => value is null
        ? !IsRequired
        : Type switch
        {
            "INTEGER" => value is long,
            "TEXT" => value is string,
            "BLOB" => value is byte[],
            _ => true,
        };
}

/// <summary>An index, in the order in which its entries hold columns. A rowid has the name <c>rowid</c>.</summary>
sealed record StoredIndex(string Name, int Root, IReadOnlyList<StoredColumn> Columns, bool IsPartial)
{
    public bool Fits(StoredRow row) =>
        row.Values.Length == Columns.Count && Columns.Zip(row.Values).All(pair => pair.First.Takes(pair.Second));
}

/// <summary>How a file stores a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Root">The first page of its tree.</param>
/// <param name="HasRowids">False for a table WITHOUT ROWID.</param>
/// <param name="Columns">Its columns, in the order in which rows hold them.</param>
/// <param name="Key">Names of the columns that identify a row.</param>
/// <param name="RowidAlias">Position of the column that is the rowid, and null in rows, or -1.</param>
/// <param name="Indexes">Its indexes, without the tree of the table itself.</param>
sealed record StoredTable(
    string Name,
    int Root,
    bool HasRowids,
    IReadOnlyList<StoredColumn> Columns,
    IReadOnlyList<string> Key,
    int RowidAlias,
    IReadOnlyList<StoredIndex> Indexes)
{
    /// <summary>The name of the rowid among the columns of an index.</summary>
    public const string Rowid = "rowid";

    /// <summary>All tables of a file but its schema.</summary>
    public static List<StoredTable> All(SqliteConnection connection)
    {
        using var names = new Statement(connection, "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'", 0);
        return
        [
            .. Rows(names).Where(row => (string)row[0]! != "sqlite_schema")
                .Select(row => Of(connection, (string)row[0]!, hasRowids: (long)row[1]! == 0)),
        ];
    }

    /// <summary>Whether a row can be one of this table. One that was written before columns were added has fewer.</summary>
    public bool Fits(StoredRow row)
    {
        if (row.Values.Length > Columns.Count || row.Values.Length < Key.Count)
            return false;
        for (var i = 0; i < row.Values.Length; i++)
        {
            if (i == RowidAlias ? row.Values[i] is not null : !Columns[i].Takes(row.Values[i]))
                return false;
        }
        return true;
    }

    static StoredTable Of(SqliteConnection connection, string name, bool hasRowids)
    {
        using var info = new Statement(connection, "SELECT name, upper(type), \"notnull\", pk FROM pragma_table_xinfo(?1)", 1);
        var columns = Rows(info, name).Select(row => (
            Column: new StoredColumn((string)row[0]!, (string)row[1]!, (long)row[2]! != 0), Key: (long)row[3]!)).ToList();
        var key = columns.Where(column => column.Key > 0).OrderBy(column => column.Key).Select(column => column.Column).ToList();
        var byName = columns.ToDictionary(column => column.Column.Name, column => column.Column);
        var alias = hasRowids && key is [{ Type: "INTEGER" } only] ? columns.FindIndex(column => column.Column == only) : -1;

        var indexes = new List<StoredIndex>();
        var stored = columns.ConvertAll(column => column.Column);
        using var list = new Statement(connection, "SELECT name, origin, partial FROM pragma_index_list(?1)", 1);
        using var entries = new Statement(connection, "SELECT name, cid FROM pragma_index_xinfo(?1) ORDER BY seqno", 1);
        foreach (var index in Rows(list, name))
        {
            var indexed = Rows(entries, index[0]).Select(entry => (long)entry[1]! < 0
                ? new StoredColumn(Rowid, "INTEGER", IsRequired: true)
                : byName[(string)entry[0]!]).ToList();
            // The rows of a table WITHOUT ROWID are those of its primary key, which holds all columns.
            if (!hasRowids && (string)index[1]! == "pk")
                stored = indexed;
            else
                indexes.Add(new StoredIndex((string)index[0]!, RootOf(connection, index[0]!), indexed, (long)index[2]! != 0));
        }
        IReadOnlyList<string> identity = hasRowids ? [Rowid] : [.. key.Select(column => column.Name)];
        return new StoredTable(name, RootOf(connection, name), hasRowids, stored, identity, alias, indexes);
    }

    static int RootOf(SqliteConnection connection, object name)
    {
        using var root = new Statement(connection, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", 1);
        return (int)(long)root.Scalar(name)!;
    }

    static List<object?[]> Rows(Statement statement, params ReadOnlySpan<object?> values)
    {
        using var reader = statement.Read(values);
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }
        return rows;
    }
}
