using DataTransferHub.Cli.S3;

namespace DataTransferHub.Bench.Objects;

/// <summary>A program that copies a bucket.</summary>
interface IContestant
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Copies all objects to an empty bucket and returns the resources used.</summary>
    Task<Measurement> CopyAsync(
        S3Server source, string sourceBucket, S3Server destination, string destinationBucket, CancellationToken cancellationToken);
}

/// <summary>The resources used by one copy.</summary>
/// <param name="Wall">Elapsed time from the start of the copy to its end.</param>
/// <param name="CpuSeconds">CPU time of the program alone, not of the servers.</param>
/// <param name="PeakMemoryBytes">Its highest resident set.</param>
readonly record struct Measurement(TimeSpan Wall, double CpuSeconds, long PeakMemoryBytes);
