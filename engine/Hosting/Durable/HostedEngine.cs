using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;

namespace DataTransferHub.Engine.Hosting.Durable;

/// <summary>The durable engine as a part of the host.</summary>
sealed class HostedEngine : IHostedService
{
    /// <summary>Where the engine keeps its state.</summary>
    internal string DatabasePath { get; set; } = "";

    /// <summary>The client of the engine.</summary>
    internal DurableTaskClient Client => throw new NotSupportedException("The engine is not part of this build.");

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
