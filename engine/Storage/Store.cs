using DataTransferHub.Sqlite;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Storage;

/// <summary>A hub's file: packed rows with checksums in a database file, and a lock that keeps every other process out.</summary>
sealed class Store : IDisposable
{
    readonly string _path;
    readonly FileStream _lock;
    readonly DatabaseFile<StoreReader, StoreTransaction> _file;

    Store(string path, FileStream exclusive, DatabaseFile<StoreReader, StoreTransaction> file)
    {
        _path = path;
        _lock = exclusive;
        _file = file;
    }

    /// <summary>Opens the file, and creates it when it is missing.</summary>
    /// <exception cref="DatabaseException">
    /// It is in use, damaged, read-only, of a newer version or another hub, or not a database.
    /// </exception>
    public static Store Open(string path, string hubName, ILogger log)
    {
        path = Path.GetFullPath(path);
        var exclusive = Lock(path);
        try
        {
            var file = new DatabaseFile<StoreReader, StoreTransaction>(
                path,
                StoreSchema.Schema,
                connection => new StoreReader(connection),
                connection =>
                {
                    StoreSchema.Claim(connection, path, hubName);
                    return new StoreTransaction(connection);
                },
                log);
            return new Store(path, exclusive, file);
        }
        catch
        {
            exclusive.Dispose();
            throw;
        }
    }

    public void Write(StoreOperation operation) => _file.Write(operation);

    public async Task<TResult> WriteAsync<TResult>(StoreOperation<TResult> operation)
    {
        _file.Write(operation);
        return await operation.Completion.ConfigureAwait(false);
    }

    /// <summary>Reads on a connection that nobody else uses meanwhile; what is read is complete when the call returns.</summary>
    /// <exception cref="DatabaseException">The file could not be read, or what was read is damaged.</exception>
    public T Read<T>(Func<StoreReader, T> read)
    {
        try
        {
            return _file.Read(read);
        }
        catch (Exception e) when (e is CorruptRowException or InvalidProtocolBufferException)
        {
            throw new DatabaseException(DatabaseFault.Damaged, DescribeDamage(e), e);
        }
    }

    /// <summary>What to say of damage that was found in the file.</summary>
    public string DescribeDamage(string found) => FaultText.Damaged(_path, found);

    /// <summary>What to say of damage that was found in the file.</summary>
    public string DescribeDamage(Exception found) =>
        (found as CorruptRowException)?.Describe(_path) ?? FaultText.Damaged(_path, found.Message);

    public void Dispose() => Close(_file.Dispose);

    /// <summary>Closes the file at once and loses what was not written, as if the process had died: for tests.</summary>
    public void Abandon() => Close(_file.Abandon);

    void Close(Action closeFile)
    {
        closeFile();
        _lock.Dispose();
    }

    static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return FileLock.Take(path + ".lock");
        }
        catch (IOException e) when (FileLock.IsHeldElsewhere(e))
        {
            throw new DatabaseException(
                DatabaseFault.Refused, $"'{path}' is in use by another hub. Stop that hub, or {FaultText.Elsewhere}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.NotWritable(path, e);
        }
    }
}
