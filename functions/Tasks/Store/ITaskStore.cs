namespace DataTransferHub.Tasks.Store;

/// <summary>Stores task records.</summary>
interface ITaskStore
{
    /// <summary>Adds a task.</summary>
    Task AddAsync(TaskRecord task, CancellationToken cancellationToken);

    /// <summary>Removes a task that was never run; does nothing if there is none with that id.</summary>
    Task RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>The task, or null if there is none with that id.</summary>
    Task<TaskRecord?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Updates a task atomically: <paramref name="change"/> gets the current record and returns the new one. It may be called more than
    /// once.
    /// </summary>
    /// <returns>The record before and after, or null if there is none with that id.</returns>
    Task<TaskChange?> UpdateAsync(string id, Func<TaskRecord, TaskRecord> change, CancellationToken cancellationToken);

    /// <summary>One page of tasks, newest first. A page number beyond the last page returns the first page.</summary>
    /// <param name="progress">Only tasks in this state; null for all tasks that are not stopped.</param>
    /// <param name="page">Page number, from 1.</param>
    /// <param name="count">Tasks per page.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<TaskPage> ListAsync(TaskProgress? progress, int page, int count, CancellationToken cancellationToken);

    /// <summary>All tasks that are neither stopped nor done.</summary>
    Task<IReadOnlyList<TaskRecord>> ListLiveAsync(CancellationToken cancellationToken);
}

/// <summary>A record before and after a change.</summary>
sealed record TaskChange(TaskRecord Before, TaskRecord After);

/// <summary>One page of tasks, and the total number.</summary>
sealed record TaskPage(IReadOnlyList<TaskRecord> Items, int Total);
