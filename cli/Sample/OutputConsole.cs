using Spectre.Console;

namespace DataTransferHub.Cli.Sample;

/// <summary>The console for standard output: with the terminal's colours and width; without one, plain lines of any length.</summary>
static class OutputConsole
{
    // Without a terminal, Spectre.Console assumes 80 columns and wraps lines. This is longer than any line.
    const int WidthOfAFile = 1_000_000;

    public static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Console;

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(Console.Out),
        });
        console.Profile.Width = WidthOfAFile;
        return console;
    }
}
