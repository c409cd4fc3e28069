using DataTransferHub.Cli.S3;

namespace DataTransferHub.Bench.Objects;

/// <summary>A program that copies a bucket.</summary>
interface IContestant
{
    /// <summary>What the table calls it.</summary>
    string Name { get; }

    /// <summary>Copies all objects to an empty bucket and says what that took.</summary>
    Task<Measurement> CopyAsync(
        S3Server source, string sourceBucket, S3Server destination, string destinationBucket, CancellationToken cancellationToken);
}

/// <summary>What one copy took.</summary>
/// <param name="Wall">From the order to the end.</param>
/// <param name="CpuSeconds">CPU time of the program alone, not of the servers.</param>
/// <param name="PeakMemoryBytes">Its highest resident set.</param>
readonly record struct Measurement(TimeSpan Wall, double CpuSeconds, long PeakMemoryBytes);
