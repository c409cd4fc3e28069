using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>A row that is lost, as far as an index still knows it.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Values">The columns that are known, by name; in a table with rowids also <c>rowid</c>.</param>
public sealed record LostRow(string Table, IReadOnlyDictionary<string, object?> Values);

/// <summary>
/// A new file with everything that could be read of a damaged one. What refers to lost rows can be marked in it before it takes the
/// place of the damaged one.
/// </summary>
public sealed class RescuedFile
{
    readonly IReadOnlyList<LostRow> _lost;
    readonly IReadOnlySet<string> _incomplete;

    internal RescuedFile(
        string path, SqliteConnection connection, IReadOnlyList<LostRow> lost, IReadOnlySet<string> incomplete, DateTimeOffset now)
    {
        Path = path;
        Connection = connection;
        _lost = lost;
        _incomplete = incomplete;
        Now = now;
    }

    /// <summary>The place that the new file will take.</summary>
    public string Path { get; }

    /// <summary>The new file, within the transaction that fills it.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The time of the rescue.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The lost rows of a table that are known.</summary>
    public IEnumerable<LostRow> LostOf(string table) => _lost.Where(row => row.Table == table);

    /// <summary>Whether a table may have lost rows that no index knows.</summary>
    public bool MayLackMore(string table) => _incomplete.Contains(table);
}

/// <summary>A condition that every row of a table fulfils; one that does not is damaged.</summary>
/// <param name="Table">The table.</param>
/// <param name="Condition">An SQL expression. A constant.</param>
public sealed record RowCheck(string Table, string Condition);
