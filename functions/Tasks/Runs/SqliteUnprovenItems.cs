using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Runs;

/// <summary>The marks in <c>tasks.db</c>.</summary>
sealed class SqliteUnprovenItems(TaskDatabase database, StorageWait wait) : IUnprovenItems
{
    readonly DatabaseFile _file = database.File;

    public Task AddAsync(string destination, string key, CancellationToken cancellationToken) => WriteAsync(
        connection => connection.Execute("INSERT OR IGNORE INTO unproven_items VALUES (@destination, @key)", new { destination, key }),
        cancellationToken);

    public Task RemoveAsync(string destination, string key, CancellationToken cancellationToken) => WriteAsync(
        connection => connection.Execute(
            "DELETE FROM unproven_items WHERE destination = @destination AND key = @key", new { destination, key }),
        cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string destination, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_file.Read(connection =>
            connection.Query<string>("SELECT key FROM unproven_items WHERE destination = @destination", new { destination }).ToList()));

    Task<int> WriteAsync(Func<SqliteConnection, int> change, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(() => _file.WriteAsync(change, cancellationToken), cancellationToken);
}
