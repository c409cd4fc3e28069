namespace DataTransferHub.Engine.Dispatch;

/// <summary>Options of the engine.</summary>
sealed record DurableEngineOptions
{
    /// <summary>The hub's SQLite file; its folder is created if it is missing.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>Name of the task hub; a file belongs to one task hub.</summary>
    public string HubName { get; init; } = "DataTransferHub";

    /// <summary>
    /// Maximum number of concurrent activities, over all functions. Beyond it, a function of which no activity runs may start one.
    /// </summary>
    public int MaxConcurrentActivities { get; init; } = 64;

    /// <summary>Maximum number of concurrent activities by function name, for functions with a lower limit.</summary>
    public IReadOnlyDictionary<string, int> MaxConcurrentActivitiesByName { get; init; } = new Dictionary<string, int>();

    /// <summary>Maximum number of orchestrators that execute concurrently; waiting ones do not count.</summary>
    public int MaxConcurrentOrchestrators { get; init; } = 64;

    /// <summary>How long running activities may continue after a stop was requested, before they are cancelled.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory that orchestrators may hold between episodes, in bytes, as estimated from their histories.</summary>
    public long ExecutorCacheBytes { get; init; } = 64L << 20;

    /// <summary>Longest single timer; longer ones are split into a chain of timers.</summary>
    public TimeSpan MaximumTimerInterval { get; init; } = TimeSpan.FromDays(3);
}
