using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// Keeps activities from working for a run that is over or paused. Terminating an orchestration does not cancel its activities on every
/// backend, and not every backend terminates sub-orchestrations with it (Azure Storage does neither), so activities find out from the
/// records.
/// </summary>
sealed class RunWatch(IRunLedger ledger, ITaskStore store, TimeProvider time)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What is in flight when a run is paused may end; what takes longer is done again.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Does an activity's work; cancels it within about a second of the end of the run, and a few seconds after the run was paused.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="work">The work. It should begin nothing new once the first token is cancelled, and end when the second one is.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="RunOverException">The run was over, or ended while the work was being done.</exception>
    /// <exception cref="RunPausedException">The run was paused before the work was done.</exception>
    public async Task<T> WhileOpenAsync<T>(
        RunRequest run, Func<CancellationToken, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        switch (await WhatToDoAsync(run, cancellationToken))
        {
            case Doing.Nothing: throw new RunOverException(run.RunId);
            case Doing.Wait: throw new RunPausedException(run.RunId);
        }

        using var over = new CancellationTokenSource();
        using var pausing = new CancellationTokenSource();
        using var enough = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token, enough.Token);
        var watching = WatchAsync(run, over, pausing, enough, either.Token);
        try
        {
            return await work(pausing.Token, either.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RunOverException(run.RunId);
        }
        catch (OperationCanceledException) when (pausing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RunPausedException(run.RunId);
        }
        finally
        {
            await either.CancelAsync();
            await watching;
        }
    }

    async Task WatchAsync(
        RunRequest run, CancellationTokenSource over, CancellationTokenSource pausing, CancellationTokenSource enough,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var what = await WhatToDoAsync(run, cancellationToken);
                if (what is Doing.Nothing)
                {
                    await over.CancelAsync();
                    return;
                }

                if (what is not Doing.Wait || pausing.IsCancellationRequested)
                    continue;
                enough.CancelAfter(Grace);
                await pausing.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    // The task's record says first that a run is to be stopped. Activities that wait for its orchestration to close the run could take all
    // the slots that it needs for that.
    async Task<Doing> WhatToDoAsync(RunRequest run, CancellationToken cancellationToken)
    {
        try
        {
            if (!await ledger.IsOpenAsync(run.RunId, cancellationToken))
                return Doing.Nothing;
            return (await store.GetAsync(run.TaskId, cancellationToken))?.Progress switch
            {
                TaskProgress.Stopping or TaskProgress.Stopped => Doing.Nothing,
                TaskProgress.Paused => Doing.Wait,
                _ => Doing.Work,
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A record that cannot be read now says nothing about the run; what the work writes shows the fault.
            return Doing.Work;
        }
    }

    enum Doing
    {
        Work,
        Wait,
        Nothing,
    }
}

/// <summary>A run is paused, and its work is done later.</summary>
sealed class RunPausedException(string runId) : Exception($"The run {runId} is paused.");

/// <summary>A run is over, and nothing more is to be done for it.</summary>
sealed class RunOverException(string runId) : Exception($"The run {runId} is over.");
