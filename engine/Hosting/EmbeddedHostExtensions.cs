using Microsoft.Azure.Functions.Worker.Builder;

namespace DataTransferHub.Engine.Hosting;

/// <summary>Puts the embedded host in the place of the Azure Functions host.</summary>
public static class EmbeddedHostExtensions
{
    /// <summary>
    /// Begins to build the application on the embedded host. What the application registers afterwards (middleware, services, logging)
    /// holds there as it holds on the Functions host. Middleware that was registered before belongs to the worker's own way of speaking
    /// with the Functions host, and is left out: call this right after <c>ConfigureFunctionsWebApplication</c>.
    /// </summary>
    public static EmbeddedHostBuilder UseEmbeddedHost(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new EmbeddedHostBuilder(builder);
    }
}
