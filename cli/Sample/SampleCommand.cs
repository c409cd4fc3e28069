using System.CommandLine;
using Spectre.Console;

namespace DataTransferHub.Cli.Sample;

/// <summary><c>dth sample</c>: a complete transfer of real files.</summary>
static class SampleCommand
{
    const int Interrupted = 130;

    public static Command Create()
    {
        var objects = new Option<int>("--objects")
        {
            Description = "Number of files to copy, besides the large object.",
            DefaultValueFactory = _ => 3000,
        };
        var large = new Option<int>("--large") { Description = "Size of the large object in MiB.", DefaultValueFactory = _ => 320 };
        var seed = new Option<int?>("--seed")
        {
            Description = "Seed for the choice of files and of the moments of --kill; 1 by default, random with --kill.",
        };
        var kill = new Option<int>("--kill")
        {
            Description = "End the hub with SIGKILL this many times at random moments of the transfer, and start it again.",
        };
        var keep = new Option<bool>("--keep") { Description = "Leave the hub and the servers running." };
        objects.Validators.Add(result => Require(result, objects, 1, 1_000_000));
        kill.Validators.Add(result => Require(result, kill, 0, 100));
        large.Validators.Add(result => Require(result, large, 1, 100_000));
        var command = new Command(
            "sample",
            "Start a hub and two S3 servers, copy real files from one to the other, and compare every object.")
        {
            objects, large, seed, kill, keep,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var kills = parsed.GetValue(kill);
            var options = new SampleOptions(
                parsed.GetValue(objects),
                parsed.GetValue(large),
                parsed.GetValue(seed) ?? (kills > 0 ? Random.Shared.Next(1, 1_000_000) : 1),
                parsed.GetValue(keep),
                kills);
            return RunAsync(options, cancellationToken);
        });
        return command;
    }

    static void Require(System.CommandLine.Parsing.OptionResult result, Option<int> option, int least, int most)
    {
        if (result.GetValue(option) is var value && (value < least || value > most))
            result.AddError($"{option.Name} must be from {least} to {most}.");
    }

    static async Task<int> RunAsync(SampleOptions options, CancellationToken cancellationToken)
    {
        var console = OutputConsole.Create();
        await using var run = new SampleRun(options, console);
        try
        {
            return await run.RunAsync(cancellationToken) ? 0 : 1;
        }
        catch (Exception exception)
        {
            // Ctrl-C also reaches the hub and the servers, and their errors may arrive before the signal does.
            await Task.Delay(TimeSpan.FromSeconds(0.5), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                console.MarkupLine("[yellow]Interrupted.[/] Stopping the hub and the servers.");
                return Interrupted;
            }

            console.MarkupLineInterpolated($"[red]The sample run failed:[/] {exception.Message}");
            run.ShowHubLog();
            return 1;
        }
    }
}
