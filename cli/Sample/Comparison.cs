using DataTransferHub.Cli.S3;

namespace DataTransferHub.Cli.Sample;

/// <summary>The result of comparing two buckets object by object.</summary>
/// <param name="Equal">Keys whose contents have the same SHA-256 on both sides.</param>
/// <param name="Different">Keys whose contents differ.</param>
/// <param name="Missing">Keys of the source that are not at the destination.</param>
/// <param name="Extra">Keys of the destination that are not in the source.</param>
sealed record Comparison(
    IReadOnlyList<string> Equal, IReadOnlyList<string> Different, IReadOnlyList<string> Missing, IReadOnlyList<string> Extra)
{
    /// <summary>Whether both sides are equal and have the given number of objects.</summary>
    public bool IsRight(int objects) => Equal.Count == objects && Different.Count + Missing.Count + Extra.Count == 0;

    /// <summary>Lists both sides and reads every object of both.</summary>
    public static async Task<Comparison> MakeAsync(
        S3Server source,
        string sourceBucket,
        S3Server destination,
        string destinationBucket,
        CancellationToken cancellationToken)
    {
        var reads = await Task.WhenAll(
            source.HashAllAsync(sourceBucket, cancellationToken: cancellationToken),
            destination.HashAllAsync(destinationBucket, cancellationToken: cancellationToken));
        var (here, there) = (reads[0], reads[1]);
        return new Comparison(
            [.. here.Where(item => there.TryGetValue(item.Key, out var hash) && hash == item.Value).Select(item => item.Key)],
            [.. here.Where(item => there.TryGetValue(item.Key, out var hash) && hash != item.Value).Select(item => item.Key)],
            [.. here.Keys.Where(key => !there.ContainsKey(key))],
            [.. there.Keys.Where(key => !here.ContainsKey(key))]);
    }
}
