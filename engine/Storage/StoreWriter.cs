using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Storage;

/// <summary>
/// The one thread that writes. It takes whatever is queued, writes it in one transaction, and only when that is on the disk
/// tells those who asked: under load many changes share one fsync, and nothing waits for a timer when there is none.
/// </summary>
sealed partial class StoreWriter : IDisposable
{
    // Bounds how long the first of a batch waits for the last, and how much a rollback undoes.
    const int MaxBatch = 512;

    readonly string _path;
    readonly SqliteConnection _connection;
    readonly StoreTransaction _transaction;
    readonly WalCheckpoints _checkpoints;
    readonly ILogger _log;
    readonly Thread _thread;
    readonly Lock _gate = new();
    readonly SemaphoreSlim _arrived = new(0);

    // Guarded by _gate.
    readonly Queue<StoreOperation> _queue = new();
    bool _closed;
    bool _waiting;

    volatile bool _abandoned;

    public StoreWriter(string path, SqliteConnection connection, ILogger log)
    {
        _path = path;
        _connection = connection;
        _transaction = new StoreTransaction(connection);
        _checkpoints = new WalCheckpoints(connection, log);
        _log = log;
        _thread = new Thread(Run) { Name = "store writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Queues a change. Changes are applied in the order in which they were queued.</summary>
    public void Enqueue(StoreOperation operation)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _queue.Enqueue(operation);
                if (_waiting)
                {
                    _waiting = false;
                    _arrived.Release();
                }
                return;
            }
        }
        operation.Failed(new StoreException("The engine has stopped; nothing was written."));
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
        _transaction.Dispose();
        _checkpoints.Dispose();
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
        var batch = new List<StoreOperation>(MaxBatch);
        while (Take(batch))
        {
            Write(batch);
            batch.Clear();
            _checkpoints.Count();
            if (_checkpoints.IsDue)
                _checkpoints.Run();
        }
    }

    bool Take(List<StoreOperation> batch)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_abandoned)
                    return false;
                while (batch.Count < MaxBatch && _queue.TryDequeue(out var operation))
                    batch.Add(operation);
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

    void Write(List<StoreOperation> batch)
    {
        try
        {
            _transaction.Begin();
            foreach (var operation in batch)
                operation.Apply(_transaction);
            _transaction.Commit();
        }
        // Whatever went wrong concerns one of the batch; the others must not suffer.
        catch (Exception e)
        {
            Undo();
            if (batch.Count > 1)
                WriteOneByOne(batch);
            else
                Fail(batch[0], e);
            return;
        }
        foreach (var operation in batch)
            Report(operation);
    }

    void WriteOneByOne(List<StoreOperation> batch)
    {
        foreach (var operation in batch)
        {
            try
            {
                _transaction.Begin();
                operation.Apply(_transaction);
                _transaction.Commit();
            }
            // As above.
            catch (Exception e)
            {
                Undo();
                Fail(operation, e);
                continue;
            }
            Report(operation);
        }
    }

    void Undo()
    {
        try
        {
            _transaction.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back by itself, as it does after a full disk or an I/O error.
        }
    }

    void Fail(StoreOperation operation, Exception reason)
    {
        var told = reason is SqliteException e ? StoreException.Describe(_path, e) : reason;
        // The disk or the file is at fault, not the code: where it happened tells nothing.
        if (told is StoreException known)
            LogUnwritten(_log, operation.GetType().Name, known.Message);
        else
            LogFailed(_log, reason, operation.GetType().Name);
        operation.Failed(told);
    }

    void Report(StoreOperation operation)
    {
        if (_abandoned)
            return;
        try
        {
            operation.Committed();
        }
        // The writer serves all instances; one that stumbles must not stop the others.
        catch (Exception e)
        {
            LogReportFailed(_log, e, operation.GetType().Name);
        }
    }

    [LoggerMessage(100, LogLevel.Error, "A change ({Operation}) could not be written.")]
    static partial void LogFailed(ILogger log, Exception exception, string operation);

    [LoggerMessage(103, LogLevel.Error, "A change ({Operation}) could not be written: {Reason}")]
    static partial void LogUnwritten(ILogger log, string operation, string reason);

    [LoggerMessage(101, LogLevel.Critical, "A change ({Operation}) was written, but its consequences failed in memory. Restart the hub.")]
    static partial void LogReportFailed(ILogger log, Exception exception, string operation);
}
