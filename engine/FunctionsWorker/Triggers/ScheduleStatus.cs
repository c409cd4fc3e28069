namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where a timer's schedule stands.</summary>
public class ScheduleStatus
{
    /// <summary>When it last ran.</summary>
    public DateTime Last { get; set; }

    /// <summary>When it is to run next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was last written.</summary>
    public DateTime LastUpdated { get; set; }
}
