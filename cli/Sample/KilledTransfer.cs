using System.Diagnostics;
using System.Globalization;
using DataTransferHub.Cli.Hub;
using Spectre.Console;

namespace DataTransferHub.Cli.Sample;

/// <summary>
/// Follows a transfer while the hub is killed at random moments and started again, and tells how long each recovery took.
/// </summary>
/// <param name="console">Gets a line for each kill.</param>
/// <param name="hub">The hub.</param>
/// <param name="receivedLog">Grows when the destination receives something, see <see cref="ReceivedBytes"/>.</param>
/// <param name="random">Chooses the moments.</param>
sealed class KilledTransfer(IAnsiConsole console, HubProcess hub, string receivedLog, Random random)
{
    static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(20);

    // How long the hub copies before it is killed. The sample takes some ten seconds.
    static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(0.1);
    static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(3);

    /// <summary>Watches the task until it has ended, and kills the hub meanwhile.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="kills">How often.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<HubTask> FollowAsync(string taskId, int kills, CancellationToken cancellationToken)
    {
        var task = await UntilCopyingAsync(taskId, 0, cancellationToken);
        for (var kill = 1; kill <= kills; kill++)
        {
            await Task.Delay(ShortestLife + random.NextDouble() * (LongestLife - ShortestLife), cancellationToken);
            task = await hub.Api.GetTaskAsync(taskId, cancellationToken);
            if (task.IsOver)
            {
                console.WriteLine($"The transfer was over before kill {kill} of {kills}.");
                return task;
            }

            await hub.KillAsync();
            var clock = Stopwatch.StartNew();
            var received = ReceivedSoFar();
            await hub.StartAgainAsync(cancellationToken);
            var ready = clock.Elapsed;
            await UntilCopyingAsync(taskId, received, cancellationToken);
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Kill {kill} after {task.Run?.ItemsCopied ?? 0:N0} objects and {Units.Bytes(task.Run?.BytesCopied ?? 0)}: "
                + $"ready again after {ready.TotalSeconds:0.0} s, copying again after {clock.Elapsed.TotalSeconds:0.0} s"));
        }

        while (!(task = await hub.Api.GetTaskAsync(taskId, cancellationToken)).IsOver)
            await Task.Delay(Refresh, cancellationToken);
        return task;
    }

    long ReceivedSoFar() => File.Exists(receivedLog) ? new FileInfo(receivedLog).Length : 0;

    async Task<HubTask> UntilCopyingAsync(string taskId, long received, CancellationToken cancellationToken)
    {
        while (true)
        {
            var task = await hub.Api.GetTaskAsync(taskId, cancellationToken);
            if (task.IsOver || ReceivedSoFar() > received)
                return task;
            await Task.Delay(Refresh, cancellationToken);
        }
    }
}
