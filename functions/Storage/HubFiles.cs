using Microsoft.Extensions.Hosting;

namespace DataTransferHub.Storage;

/// <summary>A file of the data folder that must be usable before the hub runs.</summary>
interface IHubFile
{
    /// <summary>Opens it and checks whether it can be used.</summary>
    /// <exception cref="DataTransferHub.Sqlite.DatabaseException">It cannot.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Opens the files of the data folder when the host starts: one that cannot be used is reported then, not later.</summary>
sealed class HubFiles(IServiceProvider services) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var file in (IEnumerable<IHubFile>)services.GetService(typeof(IEnumerable<IHubFile>))!)
            await file.CheckAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
