using System.Diagnostics;
using System.Text.RegularExpressions;
using DataTransferHub.Cli.Processes;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>What <c>run.sh sample</c> writes where there is no terminal.</summary>
public sealed partial class SampleTests
{
    static readonly string Program = Path.Combine(Repository.Root, "cli", "bin", Repository.Configuration, "net10.0", "dth.dll");

    [Fact]
    public async Task Without_a_terminal_the_sample_writes_plain_lines_that_are_not_wrapped()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Program, "sample", "--objects", "20", "--large", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            Environment = { ["COLUMNS"] = "80" },
        })!;
        var text = await ReadToEndAsync(process);

        Assert.True(process.ExitCode == 0, text);
        var lines = text.TrimEnd().Split('\n');
        Assert.Contains(lines, line => Addresses.IsMatch(line) && line.Length > 80);
        Assert.Contains("Equal by SHA-256: 21 of 21", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\r', text);
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));

        // The state at the beginning and at the end, and a line every few seconds between them.
        Assert.Contains(lines, line => line.StartsWith("DONE  21/21 objects", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hub_that_is_killed_during_the_sample_copies_every_object_and_tells_each_recovery()
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [Program, "sample", "--objects", "300", "--large", "80", "--kill", "2", "--seed", "7"])
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            })!;
        var text = await ReadToEndAsync(process);

        Assert.True(process.ExitCode == 0, text);
        Assert.Contains("--seed 7 chooses them again", text, StringComparison.Ordinal);
        Assert.Matches(@"Kill 1 after .*: ready again after [0-9.]+ s, copying again after [0-9.]+ s", text);
        Assert.Matches(@"Objects and parts sent again: [0-9.]+ \w+; \d+ arrived twice", text);
        Assert.Contains("Equal by SHA-256: 301 of 301", text, StringComparison.Ordinal);
    }

    static async Task<string> ReadToEndAsync(Process process)
    {
        try
        {
            var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return text;
        }
        finally
        {
            // Only where the test was given up: the hub and the servers of the sample end with it.
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex(@"^Hub http://127\.0\.0\.1:\d+/  source http://127\.0\.0\.1:\d+/  destination http://127\.0\.0\.1:\d+/$")]
    static partial Regex Addresses { get; }
}
