namespace Microsoft.DurableTask;

/// <summary>A long answer, read value by value or page by page.</summary>
public abstract class AsyncPageable<T> : IAsyncEnumerable<T> where T : notnull
{
    /// <summary>The answer page by page.</summary>
    /// <param name="continuationToken">Where to begin; null means at the beginning.</param>
    /// <param name="pageSizeHint">How many values a page should hold; the source may give fewer or more.</param>
    public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = default, int? pageSizeHint = default);

    /// <inheritdoc/>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (var page in AsPages().WithCancellation(cancellationToken))
            foreach (var value in page.Values)
                yield return value;
    }
}
