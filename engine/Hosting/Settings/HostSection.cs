using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>Reads and checks the options of the embedded host in the configuration.</summary>
static class HostSection
{
    const string Section = "Hub";
    static readonly TimeSpan LongestGrace = TimeSpan.FromHours(1);

    /// <summary>Reads the section <c>Hub</c>. Other names in it belong to the application.</summary>
    /// <returns>The failure of a value that does not have its option's type, or null.</returns>
    internal static StartFailure? Read(IConfiguration configuration, EmbeddedHostOptions options)
    {
        StartFailure? wrong = null;
        var section = configuration.GetSection(Section);
        if (Value(nameof(options.DataDirectory)) is { } folder)
            options.DataDirectory = folder;
        if (Value(nameof(options.Url)) is { } url)
            options.Url = url;
        if (Value(nameof(options.StaticFiles)) is { } files)
            options.StaticFiles = files;
        if (Value(nameof(options.AllowRemote)) is { } remote)
        {
            if (bool.TryParse(remote, out var allow))
                options.AllowRemote = allow;
            else
                wrong = Wrong(nameof(options.AllowRemote), remote, "true or false");
        }

        if (Value(nameof(options.ShutdownGrace)) is { } grace)
        {
            if (TimeSpan.TryParse(grace, CultureInfo.InvariantCulture, out var time))
                options.ShutdownGrace = time;
            else
                wrong = Wrong(nameof(options.ShutdownGrace), grace, "a time of the form hh:mm:ss");
        }

        return wrong;

        // An empty environment variable counts as not set.
        string? Value(string name) => section[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
    }

    /// <summary>Checks the options, whatever their source, and the settings that the host itself uses.</summary>
    /// <exception cref="StartFailure">One of them is not valid.</exception>
    internal static void Check(EmbeddedHostOptions options, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
            throw Wrong(nameof(options.DataDirectory), options.DataDirectory, "a folder (--data)");
        if (options.ShutdownGrace < TimeSpan.Zero || options.ShutdownGrace > LongestGrace)
            throw Wrong(nameof(options.ShutdownGrace), $"{options.ShutdownGrace}", $"a time from 00:00:00 to {LongestGrace}");

        // Each such endpoint would be another address to listen on, bypassing --url.
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().FirstOrDefault() is { } endpoint)
        {
            throw StartFailure.Option(
                $"{endpoint.Path} is set, but the hub listens only on the address of --url. Remove it from configuration and environment.");
        }

        // The common levels, and those of each provider.
        var logging = configuration.GetSection("Logging");
        var levels = logging.GetChildren().Append(logging).SelectMany(section => section.GetSection("LogLevel").GetChildren());
        foreach (var level in levels)
        {
            if (level.Value is { Length: > 0 } text && !Enum.TryParse<LogLevel>(text, ignoreCase: true, out _))
                throw StartFailure.Option($"{level.Path} '{text}' must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        }
    }

    static StartFailure Wrong(string name, string value, string expected) =>
        StartFailure.Option($"{Section}:{name} '{value}' must be {expected}.");
}
