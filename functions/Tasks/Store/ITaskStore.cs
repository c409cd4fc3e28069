namespace DataTransferHub.Tasks.Store;

/// <summary>Where task records live.</summary>
interface ITaskStore
{
    /// <summary>Adds a task.</summary>
    Task AddAsync(TaskRecord task, CancellationToken cancellationToken);

    /// <summary>Removes a task that was never run; does nothing when there is none of that id.</summary>
    Task RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>The task, or null when there is none of that id.</summary>
    Task<TaskRecord?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a task: <paramref name="change"/> gets the record as it is and returns it as it is to be. Nothing else changes it
    /// in between. The change may be asked for more than once.
    /// </summary>
    /// <returns>The record before and after, or null when there is none of that id.</returns>
    Task<TaskChange?> UpdateAsync(string id, Func<TaskRecord, TaskRecord> change, CancellationToken cancellationToken);

    /// <summary>One page of tasks, newest first. Without a state: all that are not stopped. Beyond the end: the first page.</summary>
    /// <param name="progress">The state to show.</param>
    /// <param name="page">Number of the page, from 1.</param>
    /// <param name="count">Tasks on a page.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<TaskPage> ListAsync(TaskProgress? progress, int page, int count, CancellationToken cancellationToken);

    /// <summary>Every task that is not stopped and not done.</summary>
    Task<IReadOnlyList<TaskRecord>> ListLiveAsync(CancellationToken cancellationToken);
}

/// <summary>A record before and after a change.</summary>
sealed record TaskChange(TaskRecord Before, TaskRecord After);

/// <summary>Some tasks, and how many there are in all.</summary>
sealed record TaskPage(IReadOnlyList<TaskRecord> Items, int Total);
