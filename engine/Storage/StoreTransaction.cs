using System.Text.Json;
using DataTransferHub.Sqlite;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Storage;

/// <summary>What can be written. Only the writer thread uses it, always within a transaction.</summary>
sealed class StoreTransaction : IDisposable
{
    // The pages that every episode changes stay in memory.
    const int CacheKiB = 32_768;

    readonly Statement _find;
    readonly Statement _children;
    readonly Statement _firstEpisode;
    readonly Statement _messages;
    readonly Statement _insertInstance;
    readonly Statement _updateInstance;
    readonly Statement _continueInstance;
    readonly Statement _deleteInstance;
    readonly Statement _insertPayload;
    readonly Statement _deletePayloads;
    readonly Statement _insertEpisode;
    readonly Statement _deleteHistory;
    readonly Statement _insertMessage;
    readonly Statement _deleteMessage;
    readonly Statement _deleteInbox;

    public StoreTransaction(SqliteConnection connection)
    {
        using (var cache = new Statement(connection, $"PRAGMA cache_size = -{CacheKiB}", 0))
            cache.Execute();
        _find = new(connection, "SELECT key, status, execution_id FROM instances WHERE id = ?1", 1);
        _children = new(connection, "SELECT id FROM instances WHERE parent = ?1", 1);
        _firstEpisode = new(connection, "SELECT events FROM history WHERE instance = ?1 ORDER BY episode LIMIT 1", 1);
        _messages = new(connection, "SELECT event FROM inbox WHERE instance = ?1 ORDER BY priority, seq", 1);
        _insertInstance = new(
            connection,
            """
            INSERT INTO instances (id, name, version, execution_id, status, created, updated, scheduled, parent, tags)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9) RETURNING key
            """,
            9);
        _updateInstance = new(
            connection,
            """
            UPDATE instances SET status = ?2, updated = ?3, completed = ?4, custom_status = iif(?5, ?6, custom_status)
            WHERE key = ?1 AND execution_id = ?7
            """,
            7);
        _continueInstance = new(connection, "UPDATE instances SET execution_id = ?2, version = ?3 WHERE key = ?1", 3);
        _deleteInstance = new(connection, "DELETE FROM instances WHERE key = ?1", 1);
        _insertPayload = new(connection, "INSERT OR REPLACE INTO payloads (instance, kind, data, checksum) VALUES (?1, ?2, ?3, ?4)", 4);
        _deletePayloads = new(connection, "DELETE FROM payloads WHERE instance = ?1 AND kind >= ?2", 2);
        _insertEpisode = new(connection, "INSERT INTO history (instance, episode, events, checksum) VALUES (?1, ?2, ?3, ?4)", 4);
        _deleteHistory = new(connection, "DELETE FROM history WHERE instance = ?1", 1);
        _insertMessage = new(
            connection,
            "INSERT INTO inbox (instance, priority, execution_id, event, checksum) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING seq",
            5);
        _deleteMessage = new(connection, "DELETE FROM inbox WHERE seq = ?1", 1);
        _deleteInbox = new(connection, "DELETE FROM inbox WHERE instance = ?1", 1);
    }

    public InstanceHead? Find(string instanceId)
    {
        using var row = _find.Read(instanceId);
        return row.Read()
            ? new InstanceHead(row.GetInt64(0), (OrchestrationStatus)row.GetInt32(1), row.GetString(2))
            : null;
    }

    public List<string> Children(string instanceId)
    {
        using var rows = _children.Read(instanceId);
        var ids = new List<string>();
        while (rows.Read())
            ids.Add(rows.GetString(0));
        return ids;
    }

    /// <summary>How an unfinished instance's current execution began; null when that cannot be read.</summary>
    public ExecutionStartedEvent? FindStart(long key)
    {
        try
        {
            using (var first = _firstEpisode.Read(key))
            {
                if (first.Read())
                    return HistoryChunk.Parser.ParseFrom((byte[])first[0]).Events.Select(e => e.ExecutionStarted).FirstOrDefault(e => e
                        is not null);
            }
            using var messages = _messages.Read(key);
            while (messages.Read())
            {
                if (HistoryEvent.Parser.ParseFrom((byte[])messages[0]).ExecutionStarted is { } started)
                    return started;
            }
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidCastException)
        {
            // Damaged: the instance fails by itself when it is next read.
        }
        return null;
    }

    /// <summary>Writes a pending instance and its input; the caller adds its first message.</summary>
    public long InsertInstance(ExecutionStartedEvent started, DateTime now)
    {
        var key = (long)_insertInstance.Scalar(
            started.OrchestrationInstance.InstanceId,
            started.Name,
            started.Version ?? "",
            started.OrchestrationInstance.ExecutionId,
            (int)OrchestrationStatus.Pending,
            now.Ticks,
            started.ScheduledStartTimestamp?.ToDateTime().Ticks,
            started.ParentInstance?.OrchestrationInstance.InstanceId,
            started.Tags.Count == 0 ? null : JsonSerializer.Serialize(started.Tags))!;
        if (started.Input is { } input)
            WritePayload(key, PayloadKind.Input, input);
        return key;
    }

    /// <returns>False, and nothing written, when the instance is not at this execution any more.</returns>
    public bool UpdateInstance(
        long key, string executionId, OrchestrationStatus status, DateTime now, bool setCustomStatus, string? customStatus) =>
        _updateInstance.Execute(
            key, (int)status, now.Ticks, status.IsTerminal() ? now.Ticks : null, setCustomStatus, customStatus, executionId) == 1;

    /// <summary>Turns an instance to its next execution: a new history, a new input.</summary>
    public void ContinueInstance(long key, ExecutionStartedEvent next)
    {
        _continueInstance.Execute(key, next.OrchestrationInstance.ExecutionId, next.Version ?? "");
        _deleteHistory.Execute(key);
        _deletePayloads.Execute(key, (int)PayloadKind.Input);
        if (next.Input is { } input)
            WritePayload(key, PayloadKind.Input, input);
    }

    public void DeleteInstance(long key)
    {
        _deleteInstance.Execute(key);
        _deletePayloads.Execute(key, (int)PayloadKind.Input);
        _deleteHistory.Execute(key);
        _deleteInbox.Execute(key);
    }

    public void WriteCompletion(long key, CompleteOrchestrationAction completion)
    {
        WriteOutcome(key, completion);
        // Whatever arrives for a finished instance is never read.
        _deleteInbox.Execute(key);
    }

    /// <summary>The outcome alone; what waits for the instance stays, unread.</summary>
    public void WriteOutcome(long key, CompleteOrchestrationAction completion)
    {
        // Of a failure the details are kept; its result is only their text, and no JSON.
        if (completion is { Result: { } result, OrchestrationStatus: not OrchestrationStatus.Failed })
            WritePayload(key, PayloadKind.Output, result);
        if (completion.FailureDetails is { } failure)
            WritePayload(key, PayloadKind.Failure, failure.ToByteArray());
    }

    public void WriteEpisode(long key, long episode, byte[] events) =>
        _insertEpisode.Execute(key, episode, events, Checksum.Of(events));

    public long WriteMessage(long key, long priority, string? executionId, byte[] message) =>
        (long)_insertMessage.Scalar(key, priority, executionId, message, Checksum.Of(message))!;

    public void DeleteMessage(long sequence) => _deleteMessage.Execute(sequence);

    public void Dispose()
    {
        foreach (var statement in (Statement[])
        [
            _find, _children, _firstEpisode, _messages, _insertInstance, _updateInstance, _continueInstance, _deleteInstance,
            _insertPayload, _deletePayloads, _insertEpisode, _deleteHistory, _insertMessage, _deleteMessage, _deleteInbox,
        ])
        {
            statement.Dispose();
        }
    }

    void WritePayload(long key, PayloadKind kind, string text) => WritePayload(key, kind, System.Text.Encoding.UTF8.GetBytes(text));

    void WritePayload(long key, PayloadKind kind, byte[] data) => _insertPayload.Execute(key, (int)kind, data, Checksum.Of(data));
}
