namespace DataTransferHub.Cli.Sample;

/// <summary>Options of the sample run.</summary>
/// <param name="Objects">Number of files to copy, besides the large object.</param>
/// <param name="LargeMebibytes">Size of the large object in MiB.</param>
/// <param name="Seed">Seed for the choice of files and of the moments at which the hub is killed.</param>
/// <param name="Keep">Whether the hub and the servers keep running after the end.</param>
/// <param name="Kills">How often the hub is killed during the transfer.</param>
sealed record SampleOptions(int Objects, int LargeMebibytes, int Seed, bool Keep, int Kills);
