using Microsoft.Azure.Functions.Worker.Builder;

namespace DataTransferHub.Engine.Hosting;

/// <summary>Puts the embedded host in the place of the Azure Functions host.</summary>
public static class EmbeddedHostExtensions
{
    /// <summary>
    /// Starts building the application for the embedded host. What the application registers afterwards (middleware, services, logging)
    /// applies as it does on the Functions host. Middleware that was registered before serves the worker's communication with the Functions
    /// host and is left out, so call this right after <c>ConfigureFunctionsWebApplication</c>.
    /// </summary>
    public static EmbeddedHostBuilder UseEmbeddedHost(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new EmbeddedHostBuilder(builder);
    }
}
