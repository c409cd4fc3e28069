namespace Microsoft.DurableTask;

/// <summary>How an orchestration starts over.</summary>
public class ContinueAsNewOptions
{
    /// <summary>Input of the next generation.</summary>
    public object? NewInput { get; set; }

    /// <summary>Whether events that were not yet taken go to the next generation; true unless said otherwise.</summary>
    public bool PreserveUnprocessedEvents { get; set; } = true;

    /// <summary>Version of the next generation; null keeps the present one.</summary>
    public string? NewVersion { get; set; }
}
