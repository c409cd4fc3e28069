using System.Text.Json;
using Dapper;
using DataTransferHub.Sqlite;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Data.Sqlite;

namespace DataTransferHub.Tasks.Store;

/// <summary>Task records in SQLite.</summary>
sealed class SqliteTaskStore(TaskDatabase database) : ITaskStore
{
    const string Columns =
        """
        id Id, type Type, engine Engine, description Description, schedule_type ScheduleType, parameters Parameters, created_at CreatedAt,
        stopped_at StoppedAt, progress Progress, error_code ErrorCode, error_message ErrorMessage, run_count RunCount,
        run_state RunState, retry_of RetryOf, wanted Wanted, next_run_at NextRunAt
        """;

    readonly DatabaseFile _file = database.File;

    public Task AddAsync(TaskRecord task, CancellationToken cancellationToken) =>
        _file.WriteAsync(
            connection => connection.Execute(
                """
                INSERT INTO tasks (id, type, engine, description, schedule_type, parameters, created_at, stopped_at, progress,
                                   error_code, error_message, run_count, run_state, retry_of, wanted, next_run_at)
                VALUES (@Id, @Type, @Engine, @Description, @ScheduleType, @Parameters, @CreatedAt, @StoppedAt, @Progress,
                        @ErrorCode, @ErrorMessage, @RunCount, @RunState, @RetryOf, @Wanted, @NextRunAt)
                """,
                Row.Of(task)),
            cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        _file.WriteAsync(
            connection => connection.Execute("DELETE FROM tasks WHERE id = @id AND run_count = 0", new { id }), cancellationToken);

    public Task<TaskRecord?> GetAsync(string id, CancellationToken cancellationToken) =>
        Task.FromResult(_file.Read(connection => Find(connection, id)));

    public Task<TaskChange?> UpdateAsync(string id, Func<TaskRecord, TaskRecord> change, CancellationToken cancellationToken) =>
        _file.WriteAsync(
            connection =>
            {
                var before = Find(connection, id);
                if (before is null)
                    return null;
                var after = change(before);
                if (!ReferenceEquals(before, after))
                {
                    connection.Execute(
                        """
                        UPDATE tasks SET stopped_at = @StoppedAt, progress = @Progress, error_code = @ErrorCode,
                            error_message = @ErrorMessage, run_count = @RunCount, run_state = @RunState, retry_of = @RetryOf,
                            wanted = @Wanted, next_run_at = @NextRunAt
                        WHERE id = @Id
                        """,
                        Row.Of(after));
                }

                return new TaskChange(before, after);
            },
            cancellationToken);

    public Task<TaskPage> ListAsync(TaskProgress? progress, int page, int count, CancellationToken cancellationToken)
    {
        var filter = progress is null ? "progress <> 'Stopped'" : "progress = @progress";
        return Task.FromResult(_file.Read(connection =>
        {
            // One snapshot, so that the total and the page are consistent.
            using var snapshot = connection.BeginTransaction(deferred: true);
            var state = progress?.ToString();
            var total = connection.ExecuteScalar<int>($"SELECT COUNT(*) FROM tasks WHERE {filter}", new { progress = state });
            var start = (long)(page - 1) * count;
            var rows = connection.Query<Row>(
                $"SELECT {Columns} FROM tasks WHERE {filter} ORDER BY created_at DESC, id LIMIT @count OFFSET @offset",
                new { progress = state, count, offset = start >= total ? 0 : start });
            return new TaskPage([.. rows.Select(row => row.ToRecord())], total);
        }));
    }

    public Task<IReadOnlyList<TaskRecord>> ListLiveAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TaskRecord>>(_file.Read(connection => connection
            .Query<Row>($"SELECT {Columns} FROM tasks WHERE progress NOT IN ('Stopped', 'Done')")
            .Select(row => row.ToRecord())
            .ToList()));

    static TaskRecord? Find(SqliteConnection connection, string id) =>
        connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM tasks WHERE id = @id", new { id })?.ToRecord();

    sealed record Row(
        string Id,
        string Type,
        string Engine,
        string? Description,
        string ScheduleType,
        string Parameters,
        long CreatedAt,
        long? StoppedAt,
        string Progress,
        string? ErrorCode,
        string? ErrorMessage,
        long RunCount,
        string RunState,
        string? RetryOf,
        string Wanted,
        long? NextRunAt)
    {
        public static Row Of(TaskRecord task) => new(
            task.Id,
            task.Type,
            task.Engine.ToString(),
            task.Description,
            task.ScheduleType.ToString(),
            JsonSerializer.Serialize(task.Parameters),
            task.CreatedAt.ToUnixTimeMilliseconds(),
            task.StoppedAt?.ToUnixTimeMilliseconds(),
            task.Progress.ToString(),
            task.ErrorCode?.ToString(),
            task.ErrorMessage,
            task.RunCount,
            task.RunState.ToString(),
            task.RetryOf,
            task.Wanted.ToString(),
            task.NextRunAt?.ToUnixTimeMilliseconds());

        public TaskRecord ToRecord() => new()
        {
            Id = Id,
            Type = Type,
            Engine = Enum.Parse<TaskEngine>(Engine),
            Description = Description,
            ScheduleType = Enum.Parse<ScheduleType>(ScheduleType),
            Parameters = JsonSerializer.Deserialize<List<TaskParameter>>(Parameters)!,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            StoppedAt = Time(StoppedAt),
            Progress = Enum.Parse<TaskProgress>(Progress),
            ErrorCode = ErrorCode is null ? null : Enum.Parse<TaskErrorCode>(ErrorCode),
            ErrorMessage = ErrorMessage,
            RunCount = (int)RunCount,
            RunState = Enum.Parse<RunState>(RunState),
            RetryOf = RetryOf,
            Wanted = Enum.Parse<WantedRun>(Wanted),
            NextRunAt = Time(NextRunAt),
        };

        static DateTimeOffset? Time(long? milliseconds) =>
            milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }
}
