namespace DataTransferHub.Bench.Store;

/// <summary>How a store is started.</summary>
sealed record StoreOptions
{
    /// <summary>Objects that its bucket has from the start.</summary>
    public IReadOnlyList<Fill> Fills { get; init; } = [];

    /// <summary>If not 0, its bucket has this many objects that exist only in listings.</summary>
    public long Synthetic { get; init; }

    /// <summary>The delay of every request.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The number of requests in flight above which it answers SlowDown.</summary>
    public int MostInFlight { get; init; } = int.MaxValue;

    /// <summary>Whether received bodies are dropped after they were hashed.</summary>
    public bool DropsBodies { get; init; }
}
