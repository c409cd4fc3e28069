namespace Microsoft.DurableTask.Client;

/// <summary>What a purge did.</summary>
public class PurgeResult
{
    /// <summary>With the number of instances purged.</summary>
    /// <exception cref="ArgumentException"><paramref name="count"/> is negative.</exception>
    public PurgeResult(int count)
    {
        if (count < 0)
            throw new ArgumentException("A count may not be negative.", nameof(count));
        PurgedInstanceCount = count;
    }

    /// <summary>With the number of instances purged, and whether that was all of them.</summary>
    /// <exception cref="ArgumentException"><paramref name="count"/> is negative.</exception>
    public PurgeResult(int count, bool? isComplete) : this(count) => IsComplete = isComplete;

    /// <summary>Number of instances purged.</summary>
    public int PurgedInstanceCount { get; }

    /// <summary>Whether nothing that fits the filter is left; null when that is not known.</summary>
    public bool? IsComplete { get; }
}
