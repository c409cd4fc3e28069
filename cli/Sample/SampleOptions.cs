namespace DataTransferHub.Cli.Sample;

/// <summary>What the sample run is asked for.</summary>
/// <param name="Objects">How many files to copy, beside the large object.</param>
/// <param name="LargeMebibytes">Size of the large object.</param>
/// <param name="Seed">Chooses the files.</param>
/// <param name="Keep">Whether hub and servers stay when the run is over.</param>
sealed record SampleOptions(int Objects, int LargeMebibytes, int Seed, bool Keep);
