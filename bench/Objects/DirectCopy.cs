using System.Text.Json;
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
        var measured = await MeasuredProcess.RunAsync(
            Name,
            [
                "env", "DOTNET_TieredPGO=0", "dotnet", typeof(DirectCopy).Assembly.Location, DirectCommand.Name,
                "--source", $"{source.Url}", "--destination", $"{destination.Url}", "--folder", folder.Path,
            ],
            folder,
            cancellationToken);
        var printed = (await File.ReadAllTextAsync(MeasuredProcess.LogIn(folder), cancellationToken)).TrimEnd().Split('\n')[^1];
        var usage = JsonSerializer.Deserialize<DirectCommand.Usage>(printed)!;
        return measured with { Wall = TimeSpan.FromSeconds(usage.WallSeconds), CpuSeconds = usage.CpuSeconds };
    }
}
