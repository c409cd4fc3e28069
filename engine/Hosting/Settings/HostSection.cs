using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The options of the embedded host in the configuration, each checked by its name.</summary>
static class HostSection
{
    const string Section = "Hub";
    static readonly TimeSpan LongestGrace = TimeSpan.FromHours(1);

    /// <summary>Reads the section <c>Hub</c>. What else stands in it is the application's.</summary>
    /// <returns>What is wrong with a value that is not of its option's kind, or null.</returns>
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

        // An empty variable of the environment is one that is not given.
        string? Value(string name) => section[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
    }

    /// <summary>Checks options wherever they come from, and settings of the configuration that the host itself heeds.</summary>
    /// <exception cref="StartFailure">One of them cannot be used.</exception>
    internal static void Check(EmbeddedHostOptions options, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
            throw Wrong(nameof(options.DataDirectory), options.DataDirectory, "a folder (--data)");
        if (options.ShutdownGrace < TimeSpan.Zero || options.ShutdownGrace > LongestGrace)
            throw Wrong(nameof(options.ShutdownGrace), $"{options.ShutdownGrace}", $"a time from 00:00:00 to {LongestGrace}");

        // Each endpoint in it would be one more place to listen, past --url.
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().FirstOrDefault() is { } endpoint)
        {
            throw StartFailure.Option(
                $"{endpoint.Path} is set, but the hub listens only where --url says. Remove it from configuration and environment.");
        }

        // Of all logs, and of each provider.
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
