using System.Diagnostics;

namespace DataTransferHub.Servers.Processes;

/// <summary>A program that does one thing and ends.</summary>
static class Tool
{
    const int ShownCharacters = 4000;

    /// <summary>Runs it and returns what it wrote to its standard output.</summary>
    /// <param name="command">The program, found on PATH unless it is a path.</param>
    /// <param name="arguments">Its arguments. Never a secret: other users of the machine can see them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds the start of its
    /// output.</exception>
    public static async Task<string> RunAsync(string command, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false);
            if (process.ExitCode == 0)
                return text;
            var said = await errors.ConfigureAwait(false) + text;
            throw new InvalidOperationException(
                $"{command} ended with code {process.ExitCode}:\n{said[..Math.Min(said.Length, ShownCharacters)]}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
