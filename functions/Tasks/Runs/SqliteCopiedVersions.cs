using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Store;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Runs;

/// <summary>The copied versions in <c>tasks.db</c>. The names of both ends are stored once for all items.</summary>
sealed class SqliteCopiedVersions(TaskDatabase database, StorageWait wait) : ICopiedVersions
{
    const string RouteId = "(SELECT id FROM copy_routes WHERE source = @source AND destination = @destination)";

    readonly DatabaseFile _file = database.File;

    public Task WriteAsync(
        string source, string destination, IReadOnlyList<CopiedVersion> versions, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            connection.Execute("INSERT OR IGNORE INTO copy_routes (source, destination) VALUES (@source, @destination)",
                new { source, destination });
            return connection.Execute(
                $"INSERT OR REPLACE INTO copied_versions VALUES ({RouteId}, @Key, @From, @To)",
                versions.Select(version => new { source, destination, version.Key, From = version.Source, To = version.Destination }));
        },
        cancellationToken);

    public Task RemoveAsync(string source, string destination, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        WriteAsync(
            connection => connection.Execute(
                $"DELETE FROM copied_versions WHERE route = {RouteId} AND key = @key",
                keys.Select(key => new { source, destination, key })),
            cancellationToken);

    public Task<IReadOnlyList<CopiedVersion>> ListAsync(
        string source, string destination, string from, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CopiedVersion>>(_file.Read(connection => connection.Query<CopiedVersion>(
            $"""
            SELECT key, source_version AS source, destination_version AS destination FROM copied_versions
            WHERE route = {RouteId} AND key >= @from ORDER BY key LIMIT @count
            """,
            new { source, destination, from, count }).ToList()));

    Task<int> WriteAsync(Func<SqliteConnection, int> change, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(() => _file.WriteAsync(change, cancellationToken), cancellationToken);
}
