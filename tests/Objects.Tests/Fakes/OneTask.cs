using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>A store with one task, of which only the state matters.</summary>
sealed class OneTask : ITaskStore
{
    volatile TaskRecord _task = new()
    {
        Id = "task",
        Type = "S3EC2",
        ScheduleType = ScheduleType.OneTime,
        Parameters = [],
        CreatedAt = DateTimeOffset.UnixEpoch,
        Progress = TaskProgress.InProgress,
    };

    /// <summary>The task's state.</summary>
    public TaskProgress Progress
    {
        get => _task.Progress;
        set => _task = _task with { Progress = value };
    }

    public Task<TaskRecord?> GetAsync(string id, CancellationToken cancellationToken) => Task.FromResult<TaskRecord?>(_task);

    public Task AddAsync(TaskRecord task, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<TaskChange?> UpdateAsync(string id, Func<TaskRecord, TaskRecord> change, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<TaskPage> ListAsync(TaskProgress? progress, int page, int count, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<TaskRecord>> ListLiveAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
