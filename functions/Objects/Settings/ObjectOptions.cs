namespace DataTransferHub.Objects.Settings;

/// <summary>Options for moving objects on this machine; configuration section <c>Objects</c>.</summary>
sealed class ObjectOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Objects";

    /// <summary>Size in bytes from which an object is a unit of its own, and is copied in parts unless one piece is fast.</summary>
    public long MultipartThreshold { get; set; } = 64L << 20;

    /// <summary>
    /// A large object is sent in one piece if that should take no longer than this at the rate that is being reached, and the source has
    /// its MD5. If it takes twice as long, it is sent in parts after all.
    /// </summary>
    public TimeSpan OnePieceTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Size of a part in bytes; larger if an object would need more than 10,000 parts, and different if its source was uploaded in other
    /// parts.
    /// </summary>
    public long PartSize { get; set; } = 16L << 20;

    /// <summary>
    /// Maximum number of concurrent transfers (objects and parts) from one store to another in this process. How many there are is found
    /// out below it.
    /// </summary>
    public int MaximumConcurrentTransfers { get; set; } = 1000;

    /// <summary>Memory in bytes for the bodies of all transfers in this process.</summary>
    public long TransferMemory { get; set; } = 256L << 20;

    /// <summary>Maximum number of concurrent transfers in one unit.</summary>
    public int ConcurrentTransfersPerUnit { get; set; } = 200;

    /// <summary>Maximum number of part groups of one object that are copied concurrently, if their order does not matter.</summary>
    public int ConcurrentPartGroups { get; set; } = 4;

    /// <summary>Maximum number of attempts for a request or an object.</summary>
    public int MaximumAttempts { get; set; } = 6;

    /// <summary>
    /// How long a run waits for a store that has an outage or rejects its credentials, before it ends with an error. Nothing fails before.
    /// </summary>
    public TimeSpan OutageLimit { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a connection may be idle during a transfer.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Timeout for establishing a connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Maximum number of connections to one host.</summary>
    public int MaximumConnectionsPerHost { get; set; } = 1000;
}
