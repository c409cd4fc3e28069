using DataTransferHub.Engine.Replay;
using DataTransferHub.Sqlite;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Storage;

/// <summary>
/// Marks in a rescued file what is lost, so that no instance continues without a part of its history or a message, and none disappears
/// if anything of it is left.
/// </summary>
sealed class StoreRescue
{
    const string RowidName = "rowid";

    static readonly byte[] Nothing = [];

    readonly RescuedFile _file;
    readonly SqliteConnection _connection;

    StoreRescue(RescuedFile file) => (_file, _connection) = (file, file.Connection);

    public static void Mend(RescuedFile file)
    {
        var rescue = new StoreRescue(file);
        rescue.MarkRows();
        rescue.MarkInstances();
        rescue.FailWhereMessagesMayLack();
        rescue.RemoveRest();
    }

    // A row that cannot be verified stands for the lost one: its instance fails when it is loaded, or tells the damage when it is read.
    void MarkRows()
    {
        Mark("history", "INSERT INTO history (instance, episode, events, checksum) VALUES (?1, ?2, ?3, ?4)", "episode");
        Mark("payloads", "INSERT INTO payloads (instance, kind, data, checksum) VALUES (?1, ?2, ?3, ?4)", "kind");
        Mark("inbox", "INSERT INTO inbox (instance, priority, event, checksum) VALUES (?1, ?2, ?3, ?4)", "priority");
    }

    void Mark(string table, string sql, string second)
    {
        using var insert = new Statement(_connection, sql, 4);
        foreach (var lost in _file.LostOf(table))
            insert.Execute(lost.Values["instance"], lost.Values.GetValueOrDefault(second) ?? 0L, Nothing, Checksum.LostMark);
    }

    // Their ids are known from the index of the ids, or from their histories.
    void MarkInstances()
    {
        var lost = _file.LostOf("instances").ToList();
        foreach (var row in lost)
        {
            if (row.Values.GetValueOrDefault("id") is string id && row.Values.GetValueOrDefault(RowidName) is long key)
                Fail(key, id, StartOf(key), row.Values.GetValueOrDefault("parent") as string);
        }
        foreach (var key in KeysWithoutInstance())
        {
            if (StartOf(key) is { OrchestrationInstance.InstanceId: { Length: > 0 } id } start)
                Fail(key, id, start, start.ParentInstance?.OrchestrationInstance.InstanceId);
        }
    }

    List<long> KeysWithoutInstance() => Keys(
        """
        SELECT DISTINCT instance FROM (SELECT instance FROM history UNION SELECT instance FROM inbox UNION SELECT instance FROM payloads)
        WHERE instance NOT IN (SELECT key FROM instances)
        """);

    List<long> Keys(string sql)
    {
        using var select = new Statement(_connection, sql, 0);
        using var rows = select.Read();
        var keys = new List<long>();
        while (rows.Read())
            keys.Add(rows.GetInt64(0));
        return keys;
    }

    void Fail(long key, string id, ExecutionStartedEvent? start, string? parent)
    {
        var now = _file.Now.UtcDateTime.Ticks;
        using var insert = new Statement(
            _connection,
            """
            INSERT OR IGNORE INTO instances (key, id, name, version, execution_id, status, created, updated, completed, parent)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7, ?8)
            """,
            8);
        var inserted = insert.Execute(
            key, id, start?.Name ?? "", start?.Version ?? "", start?.OrchestrationInstance.ExecutionId ?? "",
            (long)OrchestrationStatus.Failed, now, parent);
        if (inserted > 0)
            WriteFailure(key, "the state of this instance");
    }

    void WriteFailure(long key, string what)
    {
        var failure = Failures.Permanent(Failures.CorruptHistory, FaultText.Lost(_file.Path, what)).ToByteArray();
        using var insert = new Statement(
            _connection, "INSERT OR REPLACE INTO payloads (instance, kind, data, checksum) VALUES (?1, ?2, ?3, ?4)", 4);
        insert.Execute(key, (long)PayloadKind.Failure, failure, Checksum.Of(failure));
    }

    ExecutionStartedEvent? StartOf(long key)
    {
        using var transaction = new StoreTransaction(_connection);
        return transaction.FindStart(key);
    }

    // A lost message that no index knows can be of any instance, and one that waits for it would wait without end.
    void FailWhereMessagesMayLack()
    {
        if (!_file.MayLackMore("inbox"))
            return;
        using var insert = new Statement(
            _connection,
            "INSERT INTO inbox (instance, priority, event, checksum) SELECT key, 0, ?1, ?2 FROM instances WHERE completed IS NULL", 2);
        insert.Execute(Nothing, Checksum.LostMark);
    }

    // What belongs to no instance would be found by a later one with the same key.
    void RemoveRest()
    {
        foreach (var table in (string[])["history", "payloads", "inbox"])
        {
            using var delete = new Statement(_connection, $"DELETE FROM {table} WHERE instance NOT IN (SELECT key FROM instances)", 0);
            delete.Execute();
        }
    }
}
