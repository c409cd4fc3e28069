namespace Microsoft.DurableTask;

/// <summary>Some of the values of a longer answer.</summary>
public sealed class Page<T> where T : notnull
{
    /// <summary>Makes a page; without a token it is the last one.</summary>
    public Page(IReadOnlyList<T> values, string? continuationToken = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values;
        ContinuationToken = continuationToken;
    }

    /// <summary>The values.</summary>
    public IReadOnlyList<T> Values { get; }

    /// <summary>Where the next page begins, or null after the last one.</summary>
    public string? ContinuationToken { get; }
}
