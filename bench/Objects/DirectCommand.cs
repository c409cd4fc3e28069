using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DataTransferHub.Objects;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Secrets;
using DataTransferHub.Storage;
using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Bench.Objects;

/// <summary>
/// <c>copy-directly</c>: lists, compares, copies and verifies with the hub's own code in one loop. Left out are the host and its API, the
/// durable engine with its orchestrations and activities, the units of work in the work area, and the record of the run with its outcomes.
/// </summary>
static class DirectCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "copy-directly";

    /// <summary>What it prints: the resources used since all was ready, as those of the hub are counted.</summary>
    public sealed record Usage(double WallSeconds, double CpuSeconds);

    public static Command Create()
    {
        var source = new Option<string>("--source") { Description = "Address of the source.", Required = true };
        var destination = new Option<string>("--destination") { Description = "Address of the destination.", Required = true };
        var folder = new Option<string>("--folder") { Description = "Folder for the data of the hub's code.", Required = true };
        var command = new Command(Name, "Copy objects with the hub's code, without the engine.") { source, destination, folder };
        command.Hidden = true;
        command.SetAction((result, cancellationToken) => RunAsync(
            Hub.ParametersOf(new Uri(result.GetValue(source)!), new Uri(result.GetValue(destination)!)),
            result.GetValue(folder)!,
            cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Dictionary<string, string> parameters, string folder, CancellationToken cancellationToken)
    {
        await using var services = Build(folder);
        foreach (var hosted in services.GetServices<IHostedService>())
            await hosted.StartAsync(cancellationToken);
        foreach (var name in (string[])["source", "destination"])
        {
            await services.GetRequiredService<ISecretVault>().PutAsync(
                name, """{"access_key_id": "BENCH", "secret_access_key": "BENCH"}""", null, cancellationToken);
        }

        var transfer = await services.GetRequiredService<TransferFactory>().OpenAsync(
            new RunRequest("direct", "direct-r1", parameters), cancellationToken);
        var watch = Stopwatch.StartNew();
        var idle = Environment.CpuUsage.TotalTime;
        var copier = new ObjectCopier(transfer);
        var settings = transfer.Settings;
        var below = settings.DestinationKey(settings.SourcePrefix);
        await using var there = SkippingListing.Of(transfer.Destination, below, null, transfer.Retry, cancellationToken);
        there.Start();
        var findings = MergeCompare.RunAsync(
            Listing.ReadAsync(transfer.Source, settings.SourcePrefix, null, transfer.Retry, cancellationToken),
            there,
            settings.DestinationKey,
            comparesChecksums: true,
            _ => default);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = services.GetRequiredService<IOptions<ObjectOptions>>().Value.MaximumConcurrentTransfers,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(findings, parallel, async (finding, token) =>
        {
            if (!finding.IsChange)
                return;
            var outcome = await copier.CopyAsync(CopyItem.Of(finding.Object), isPatient: false, token);
            if (outcome is not CopyOutcome.Copied)
                throw new InvalidOperationException($"{finding.Object.Key} was not copied: {outcome}");
        });
        Console.WriteLine(JsonSerializer.Serialize(
            new Usage(watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - idle).TotalSeconds)));
        return 0;
    }

    static ServiceProvider Build(string folder)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging();
        services.AddTasks().AddSecrets().AddObjects();
        services.PostConfigure<HubOptions>(options => options.DataDirectory = folder);
        return services.BuildServiceProvider();
    }
}
