namespace DataTransferHub.Objects.Settings;

/// <summary>How objects are moved on this machine; configuration section <c>Objects</c>.</summary>
sealed class ObjectOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Objects";

    /// <summary>Bytes from which on an object is copied in parts.</summary>
    public long MultipartThreshold { get; set; } = 64L << 20;

    /// <summary>
    /// Bytes of a part; more where an object would need over 10,000 of them, or where its source was uploaded in other parts.
    /// </summary>
    public long PartSize { get; set; } = 16L << 20;

    /// <summary>Objects and parts that are in transfer at once in this process.</summary>
    public int MaximumConcurrentTransfers { get; set; } = 64;

    /// <summary>Objects of one unit that are in transfer at once.</summary>
    public int ConcurrentTransfersPerUnit { get; set; } = 32;

    /// <summary>Part groups of one object that are in transfer at once, where the order of its bytes does not matter.</summary>
    public int ConcurrentPartGroups { get; set; } = 4;

    /// <summary>How often a request or an object is tried before it is given up.</summary>
    public int MaximumAttempts { get; set; } = 6;

    /// <summary>How long nothing may move on a connection.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections to one host.</summary>
    public int MaximumConnectionsPerHost { get; set; } = 256;
}
