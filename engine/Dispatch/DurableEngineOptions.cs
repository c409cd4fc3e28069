namespace DataTransferHub.Engine.Dispatch;

/// <summary>How the engine runs.</summary>
sealed record DurableEngineOptions
{
    /// <summary>The hub's SQLite file; its folder is made if it is missing.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>Name of the task hub; a file belongs to one.</summary>
    public string HubName { get; init; } = "DataTransferHub";

    /// <summary>Activities that run at once, over all functions.</summary>
    public int MaxConcurrentActivities { get; init; } = 64;

    /// <summary>Activities that run at once, by function name, where fewer than all are wanted.</summary>
    public IReadOnlyDictionary<string, int> MaxConcurrentActivitiesByName { get; init; } = new Dictionary<string, int>();

    /// <summary>Orchestrators that execute at once; waiting ones do not count.</summary>
    public int MaxConcurrentOrchestrators { get; init; } = 64;

    /// <summary>How long running activities may go on after a stop was asked for, before they are cancelled.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory that orchestrators may hold between episodes, in bytes, as estimated from their histories.</summary>
    public long ExecutorCacheBytes { get; init; } = 64L << 20;

    /// <summary>Longest single timer; longer ones become chains.</summary>
    public TimeSpan MaximumTimerInterval { get; init; } = TimeSpan.FromDays(3);
}
