using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataTransferHub.Sqlite;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Storage;

/// <summary>One connection for reading; readers never wait for the writer, nor it for them. Not thread-safe.</summary>
sealed class StoreReader : IDisposable
{
    const string InstanceColumns =
        "key, id, name, version, execution_id, status, created, updated, completed, scheduled, custom_status, parent, tags";

    readonly SqliteConnection _connection;
    readonly Statement _instance;
    readonly Statement _unfinished;
    readonly Statement _payload;
    readonly Statement _history;
    readonly Statement _inbox;
    readonly Statement _page;
    readonly Statement _ids;

    public StoreReader(SqliteConnection connection)
    {
        _connection = connection;
        _instance = new(connection, $"SELECT {InstanceColumns} FROM instances WHERE id = ?1", 1);
        _unfinished = new(
            connection, $"SELECT {InstanceColumns} FROM instances WHERE completed IS NULL AND key > ?1 ORDER BY key LIMIT ?2", 2);
        _payload = new(connection, "SELECT data, checksum FROM payloads WHERE instance = ?1 AND kind = ?2", 2);
        _history = new(connection, "SELECT episode, events, checksum FROM history WHERE instance = ?1 ORDER BY episode", 1);
        _inbox = new(
            connection,
            "SELECT seq, execution_id, event, checksum FROM inbox WHERE instance = ?1 ORDER BY priority, seq",
            1);
        // Status sets are passed as bit masks; like patterns need no escape as the prefix is compared by range.
        _page = new(
            connection,
            $"""
            SELECT {InstanceColumns} FROM instances
            WHERE key > ?1 AND (?2 = 0 OR (1 << status) & ?2 <> 0) AND created >= ?3 AND created <= ?4
                AND (?5 IS NULL OR substr(id, 1, length(?5)) = ?5)
            ORDER BY key LIMIT ?6
            """,
            6);
        _ids = new(
            connection,
            """
            SELECT key, id FROM instances
            WHERE key > ?1 AND completed IS NOT NULL AND (?2 = 0 OR (1 << status) & ?2 <> 0) AND completed >= ?3 AND completed <= ?4
            ORDER BY key LIMIT ?5
            """,
            5);
    }

    public InstanceRecord? Instance(string instanceId)
    {
        using var row = _instance.Read(instanceId);
        return row.Read() ? ReadInstance(row) : null;
    }

    /// <summary>Instances that have not ended, in order of their keys, after a key.</summary>
    public List<InstanceRecord> Unfinished(long afterKey, int limit)
    {
        using var rows = _unfinished.Read(afterKey, limit);
        return ReadInstances(rows);
    }

    /// <summary>One page of instances, in order of their creation.</summary>
    /// <param name="filter">Which instances.</param>
    /// <param name="afterKey">The key of the last instance of the page before.</param>
    /// <param name="limit">Instances in the page.</param>
    public List<InstanceRecord> Page(InstanceFilter filter, long afterKey, int limit)
    {
        using var rows = _page.Read(
            afterKey,
            filter.StatusMask,
            (filter.CreatedFrom ?? DateTime.MinValue).Ticks,
            (filter.CreatedTo ?? DateTime.MaxValue).Ticks,
            string.IsNullOrEmpty(filter.IdPrefix) ? null : filter.IdPrefix,
            limit);
        return ReadInstances(rows);
    }

    /// <summary>Ids of finished instances by the time they finished.</summary>
    public List<(long Key, string Id)> FinishedIds(long statusMask, DateTime from, DateTime to, long afterKey, int limit)
    {
        using var rows = _ids.Read(afterKey, statusMask, from.Ticks, to.Ticks, limit);
        var ids = new List<(long, string)>();
        while (rows.Read())
            ids.Add((rows.GetInt64(0), rows.GetString(1)));
        return ids;
    }

    public string? Text(long key, PayloadKind kind) => Payload(key, kind) is { } data ? Encoding.UTF8.GetString(data) : null;

    public TaskFailureDetails? Failure(long key) =>
        Payload(key, PayloadKind.Failure) is { } data ? TaskFailureDetails.Parser.ParseFrom(data) : null;

    /// <summary>The history of an instance's current execution, an episode at a time.</summary>
    /// <exception cref="CorruptRowException">An episode is damaged.</exception>
    public IEnumerable<(long Episode, byte[] Events)> History(long key)
    {
        using var rows = _history.Read(key);
        while (rows.Read())
        {
            yield return Decode($"an episode of instance #{key}", () =>
            {
                var episode = rows.GetInt64(0);
                return (episode, Checksum.Verify((byte[])rows[1], rows.GetInt64(2), $"episode {episode} of instance #{key}"));
            });
        }
    }

    /// <summary>Messages that wait for an instance, in the order in which it is to see them.</summary>
    /// <exception cref="CorruptRowException">A message is damaged.</exception>
    public List<StoredMessage> Inbox(long key)
    {
        using var rows = _inbox.Read(key);
        var messages = new List<StoredMessage>();
        while (rows.Read())
        {
            messages.Add(Decode($"a message to instance #{key}", () =>
            {
                var data = Checksum.Verify((byte[])rows[2], rows.GetInt64(3), $"a message to instance #{key}");
                var executionId = rows.IsDBNull(1) ? null : rows.GetString(1);
                return new StoredMessage(rows.GetInt64(0), executionId, HistoryEvent.Parser.ParseFrom(data));
            }));
        }
        return messages;
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_instance, _unfinished, _payload, _history, _inbox, _page, _ids])
            statement.Dispose();
        _connection.Dispose();
    }

    byte[]? Payload(long key, PayloadKind kind)
    {
        using var row = _payload.Read(key, (int)kind);
        var what = $"the {kind.ToString().ToLowerInvariant()} of instance #{key}";
        return row.Read() ? Decode(what, () => Checksum.Verify((byte[])row[0], row.GetInt64(1), what)) : null;
    }

    static List<InstanceRecord> ReadInstances(SqliteDataReader rows)
    {
        var instances = new List<InstanceRecord>();
        while (rows.Read())
            instances.Add(ReadInstance(rows));
        return instances;
    }

    // A damaged page may hold a value of another kind, or none, where one was written.
    static T Decode<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidCastException or InvalidOperationException or ArgumentException or FormatException
            or OverflowException or JsonException or InvalidProtocolBufferException)
        {
            throw new CorruptRowException($"{what} cannot be read: {e.Message}", e);
        }
    }

    static InstanceRecord ReadInstance(SqliteDataReader row) => Decode("an instance", () => new InstanceRecord(
        row.GetInt64(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        (OrchestrationStatus)row.GetInt32(5),
        Time(row.GetInt64(6)),
        Time(row.GetInt64(7)),
        row.IsDBNull(8) ? null : Time(row.GetInt64(8)),
        row.IsDBNull(9) ? null : Time(row.GetInt64(9)),
        row.IsDBNull(10) ? null : row.GetString(10),
        row.IsDBNull(11) ? null : row.GetString(11),
        row.IsDBNull(12)
            ? ImmutableDictionary<string, string>.Empty
            : JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(12))!));

    static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);
}

/// <summary>Which instances a query asks for. A status mask of zero means any.</summary>
sealed record InstanceFilter(long StatusMask, DateTime? CreatedFrom, DateTime? CreatedTo, string? IdPrefix)
{
    public static long Mask(IEnumerable<OrchestrationStatus>? statuses) =>
        statuses?.Aggregate(0L, (mask, status) => mask | (1L << (int)status)) ?? 0;
}
