using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Objects;

/// <summary>A program that copies a bucket.</summary>
interface IContestant
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Copies all objects that the destination lacks, and returns the resources used.</summary>
    Task<Measurement> CopyAsync(StoreProcess source, StoreProcess destination, CancellationToken cancellationToken);
}

/// <summary>The resources used by one copy.</summary>
/// <param name="Wall">Elapsed time from the start of the copy to its end.</param>
/// <param name="CpuSeconds">CPU time of the program alone, not of the stores.</param>
/// <param name="PeakMemoryBytes">Its highest resident set.</param>
/// <param name="Note">What else was measured, or empty.</param>
readonly record struct Measurement(TimeSpan Wall, double CpuSeconds, long PeakMemoryBytes, string Note = "");
