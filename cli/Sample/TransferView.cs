using DataTransferHub.Cli.Hub;
using Spectre.Console;

namespace DataTransferHub.Cli.Sample;

/// <summary>Shows a task until it has ended: a progress bar on a terminal, otherwise a line every few seconds.</summary>
sealed class TransferView(IAnsiConsole console, HubApi api)
{
    static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    /// <summary>Watches the task until it has ended.</summary>
    public async Task<HubTask> FollowAsync(string taskId, CancellationToken cancellationToken)
    {
        if (!console.Profile.Capabilities.Interactive)
            return await FollowInLinesAsync(taskId, cancellationToken);

        return await console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting", maxValue: 1);
                return await FollowAsync(taskId, task =>
                {
                    bar.MaxValue = Math.Max(1, task.Run?.BytesToCopy ?? 1);
                    bar.Value = task.Run?.BytesCopied ?? 0;
                    bar.Description = Describe(task).EscapeMarkup();
                }, cancellationToken);
            });
    }

    async Task<HubTask> FollowInLinesAsync(string taskId, CancellationToken cancellationToken)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var next = TimeSpan.Zero;
        return await FollowAsync(taskId, task =>
        {
            if (!task.IsOver && clock.Elapsed < next)
                return;
            next = clock.Elapsed + LineEvery;
            console.WriteLine(Describe(task));
        }, cancellationToken);
    }

    async Task<HubTask> FollowAsync(string taskId, Action<HubTask> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            var task = await api.GetTaskAsync(taskId, cancellationToken);
            show(task);
            if (task.IsOver)
                return task;
            await Task.Delay(Refresh, cancellationToken);
        }
    }

    static string Describe(HubTask task)
    {
        if (task.Run is not { } run)
            return task.Progress;
        var left = run.SecondsLeft is { } seconds && !task.IsOver ? $"  {TimeSpan.FromSeconds(seconds):m\\:ss} left" : "";
        var failed = run.ItemsFailed > 0 ? $"  {run.ItemsFailed:N0} failed" : "";
        return $"{task.Progress}  {run.ItemsCopied:N0}/{run.ItemsToCopy:N0} objects  "
            + $"{Units.Bytes(run.BytesCopied)}/{Units.Bytes(run.BytesToCopy)}  {Units.Bytes(run.BytesPerSecond)}/s{left}{failed}";
    }
}
