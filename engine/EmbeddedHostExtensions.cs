using Microsoft.Azure.Functions.Worker.Builder;

namespace DataTransferHub.Engine;

/// <summary>Configures the embedded host.</summary>
public static class EmbeddedHostExtensions
{
    /// <summary>Sets how the embedded host runs.</summary>
    public static FunctionsApplicationBuilder UseEmbeddedHost(
        this FunctionsApplicationBuilder builder, Action<EmbeddedHostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.ConfigureHost.Add(configure);
        return builder;
    }
}
