using DataTransferHub.Bench.Store;
using DataTransferHub.Cli.Processes;

namespace DataTransferHub.Bench.Objects;

/// <summary>The hub's code for listing, comparing and copying without the durable engine, see <see cref="DirectCommand"/>.</summary>
sealed class DirectCopy : IContestant
{
    public string Name => "the hub's copying code, without the engine";

    public async Task<Measurement> CopyAsync(StoreProcess source, StoreProcess destination, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        return await MeasuredProcess.RunAsync(
            Name,
            [
                "env", "DOTNET_TieredPGO=0", "dotnet", typeof(DirectCopy).Assembly.Location, DirectCommand.Name,
                "--source", $"{source.Url}", "--destination", $"{destination.Url}", "--folder", folder.Path,
            ],
            folder,
            cancellationToken);
    }
}
