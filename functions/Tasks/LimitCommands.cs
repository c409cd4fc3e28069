using DataTransferHub.Tasks.Limits;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks;

/// <summary>An endpoint and its limits.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Limits">Its limits.</param>
sealed record LimitedEndpoint(string Name, RateLimits Limits);

/// <summary>Reads and changes the limits of tasks and endpoints. A change takes effect at once, also for runs in progress.</summary>
sealed class LimitCommands(IRateLimitStore limits, ITaskStore tasks, TransferPlugins plugins)
{
    // Below it, no connection stays open.
    const long LeastBytes = 1024;

    // What no machine reaches.
    const long MostBytes = 1L << 40;
    const long MostRequests = 1_000_000;
    const int LongestName = 1024;

    /// <exception cref="InvalidInputException">A limit is out of bounds.</exception>
    /// <exception cref="NotFoundException">There is no such task.</exception>
    public async Task<TaskRecord> SetOfTaskAsync(string id, RateLimits wanted, CancellationToken cancellationToken)
    {
        RequireBounds(wanted);
        var task = await tasks.GetAsync(id, cancellationToken) ?? throw new NotFoundException("task", id);
        await limits.SetAsync(LimitedScope.OfTask(id), wanted, cancellationToken);
        return task;
    }

    /// <exception cref="InvalidInputException">A limit is out of bounds, or no task uses the endpoint.</exception>
    public async Task<LimitedEndpoint> SetOfEndpointAsync(string name, RateLimits wanted, CancellationToken cancellationToken)
    {
        RequireBounds(wanted);
        var known = await ListNamesAsync(cancellationToken);
        if (name.Length > LongestName || !known.Contains(name))
        {
            throw new InvalidInputException([
                new InputError("endpoint", name.Length > LongestName ? null : name,
                    "No task that is not stopped uses this endpoint. Send a name that the query listEndpoints returns."),
            ]);
        }

        await limits.SetAsync(LimitedScope.OfEndpoint(name), wanted, cancellationToken);
        return new LimitedEndpoint(name, wanted);
    }

    /// <summary>The limits of a task.</summary>
    public Task<RateLimits> OfTaskAsync(string id, CancellationToken cancellationToken) =>
        limits.GetAsync(LimitedScope.OfTask(id), cancellationToken);

    /// <summary>The endpoints of a task, with their limits.</summary>
    public Task<IReadOnlyList<LimitedEndpoint>> EndpointsOfAsync(TaskRecord task, CancellationToken cancellationToken) =>
        WithLimitsAsync(NamesOf(task), cancellationToken);

    /// <summary>All endpoints of tasks that are neither stopped nor done, and all others that have limits, ordered by name.</summary>
    public async Task<IReadOnlyList<LimitedEndpoint>> ListAsync(CancellationToken cancellationToken) =>
        await WithLimitsAsync(await ListNamesAsync(cancellationToken), cancellationToken);

    async Task<SortedSet<string>> ListNamesAsync(CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(await limits.ListEndpointsAsync(cancellationToken), StringComparer.Ordinal);
        foreach (var task in await tasks.ListLiveAsync(cancellationToken))
            names.UnionWith(NamesOf(task));
        return names;
    }

    IEnumerable<string> NamesOf(TaskRecord task) =>
        plugins.Find(task.Type, task.Engine)?.EndpointsOf(task.ParameterValues()).Distinct(StringComparer.Ordinal) ?? [];

    async Task<IReadOnlyList<LimitedEndpoint>> WithLimitsAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var endpoints = new List<LimitedEndpoint>();
        foreach (var name in names)
            endpoints.Add(new LimitedEndpoint(name, await limits.GetAsync(LimitedScope.OfEndpoint(name), cancellationToken)));
        return endpoints;
    }

    static void RequireBounds(RateLimits limits)
    {
        var faults = new List<InputError>();
        Check("bytesPerSecond", limits.BytesPerSecond, LeastBytes, MostBytes, "a number of bytes");
        Check("requestsPerSecond", limits.RequestsPerSecond, 1, MostRequests, "a number");
        if (faults.Count > 0)
            throw new InvalidInputException(faults);

        void Check(string field, long? value, long least, long most, string what)
        {
            if (value < least || value > most)
            {
                faults.Add(new InputError(
                    field, $"{value}",
                    $"Send {what} from {least} to {most}, or null for no limit. To stop a task for some time, pause it."));
            }
        }
    }
}
