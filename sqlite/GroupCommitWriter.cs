using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Sqlite;

/// <summary>
/// The one thread that writes to a file. It takes whatever is queued, writes it in one transaction, and only when that is on the disk
/// tells those who asked: under load many changes share one fsync, and nothing waits for a timer when there is no load.
/// </summary>
sealed partial class GroupCommitWriter<TWriter> : IDisposable
    where TWriter : IDisposable
{
    // Bounds how long the first of a batch waits for the last, and how much a rollback undoes.
    const int MaxBatch = 512;

    readonly string _path;
    readonly SqliteConnection _connection;
    readonly TWriter _target;
    readonly Statement _begin;
    readonly Statement _commit;
    readonly Statement _rollback;
    readonly WalCheckpoints _checkpoints;
    readonly DamageMark _damage;
    readonly ILogger _log;
    readonly Thread _thread;
    readonly Lock _gate = new();
    readonly SemaphoreSlim _arrived = new(0);

    // Guarded by _gate.
    readonly Queue<IChange<TWriter>> _queue = new();
    bool _closed;
    bool _waiting;

    volatile bool _abandoned;

    /// <summary>Starts the thread. The connection and what is made of it belong to it from now on.</summary>
    public GroupCommitWriter(string path, SqliteConnection connection, TWriter target, DamageMark damage, ILogger log)
    {
        _path = path;
        _connection = connection;
        _target = target;
        _begin = new(connection, "BEGIN IMMEDIATE", 0);
        _commit = new(connection, "COMMIT", 0);
        _rollback = new(connection, "ROLLBACK", 0);
        _checkpoints = new WalCheckpoints(connection, log);
        _damage = damage;
        _log = log;
        _thread = new Thread(Run) { Name = $"writer of {Path.GetFileName(path)}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Queues a change. Changes are applied in the order in which they were queued.</summary>
    public void Enqueue(IChange<TWriter> change)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _queue.Enqueue(change);
                if (_waiting)
                {
                    _waiting = false;
                    _arrived.Release();
                }
                return;
            }
        }
        change.Failed(new DatabaseException(DatabaseFault.Closed, $"'{_path}' has been closed; nothing was written."));
    }

    /// <summary>Writes what is queued, then ends. What comes later fails.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                _arrived.Release();
            }
        }
        _thread.Join();
        foreach (var statement in (Statement[])[_begin, _commit, _rollback])
            statement.Dispose();
        _checkpoints.Dispose();
        _target.Dispose();
        _connection.Dispose();
        _arrived.Dispose();
    }

    /// <summary>Ends at once and writes nothing more, as if the process had died: for tests.</summary>
    public void Abandon()
    {
        _abandoned = true;
        Dispose();
    }

    void Run()
    {
        var batch = new List<IChange<TWriter>>(MaxBatch);
        while (Take(batch))
        {
            Write(batch);
            batch.Clear();
            _checkpoints.Count();
            if (_checkpoints.IsDue)
                _checkpoints.Run();
        }
    }

    bool Take(List<IChange<TWriter>> batch)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_abandoned)
                    return false;
                while (batch.Count < MaxBatch && _queue.TryDequeue(out var change))
                    batch.Add(change);
                if (batch.Count > 0)
                    return true;
                if (_closed)
                    return false;
                _waiting = true;
            }
            if (!_checkpoints.AwaitsPause)
                _arrived.Wait();
            else if (!_arrived.Wait(WalCheckpoints.Pause))
                _checkpoints.Run();
        }
    }

    void Write(List<IChange<TWriter>> batch)
    {
        if (TryCommit(batch) is not { } failure)
        {
            foreach (var change in batch)
                Report(change);
            return;
        }

        // The transaction is rolled back as a whole, and nobody was told of it. What went wrong may concern one change only, and where
        // there is no space for all of them there may be some for the small ones, so each is tried by itself.
        if (batch.Count == 1)
        {
            batch[0].Failed(DatabaseException.OfChange(_path, failure) is { } fault ? _damage.Note(fault) : failure);
            return;
        }
        foreach (var change in batch)
            Write([change]);
    }

    // What went wrong, or null.
    Exception? TryCommit(List<IChange<TWriter>> batch)
    {
        try
        {
            _begin.Execute();
            foreach (var change in batch)
                change.Apply(_target);
            _commit.Execute();
            return null;
        }
        // Whatever it is, those who asked are told; the writer goes on.
        catch (Exception e)
        {
            Undo();
            return e;
        }
    }

    void Undo()
    {
        try
        {
            _rollback.Execute();
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back by itself, as it does after a full disk or an I/O error.
        }
    }

    void Report(IChange<TWriter> change)
    {
        if (_abandoned)
            return;
        try
        {
            change.Committed();
        }
        // The writer serves all who write; one that fails here must not stop the others.
        catch (Exception e)
        {
            LogReportFailed(_log, e, change.GetType().Name);
        }
    }

    [LoggerMessage(101, LogLevel.Critical, "A change ({Change}) was written, but its consequences failed in memory. Restart the hub.")]
    static partial void LogReportFailed(ILogger log, Exception exception, string change);
}
