namespace DataTransferHub.Tasks.Runs;

/// <summary>
/// Keeps activities from working for a run that is over. Terminating an orchestration does not cancel its activities on every backend,
/// and not every backend terminates sub-orchestrations with it (Azure Storage does neither), so activities find out from the ledger.
/// </summary>
sealed class RunWatch(IRunLedger ledger, TimeProvider time)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Does an activity's work; cancels it within about a second of the end of the run.</summary>
    /// <exception cref="RunOverException">The run was over, or ended while the work was being done.</exception>
    public async Task<T> WhileOpenAsync<T>(string runId, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (!await MayBeOpenAsync(runId, cancellationToken))
            throw new RunOverException(runId);

        using var over = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        var watching = WatchAsync(runId, over, either.Token);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RunOverException(runId);
        }
        finally
        {
            await either.CancelAsync();
            await watching;
        }
    }

    async Task WatchAsync(string runId, CancellationTokenSource over, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (await MayBeOpenAsync(runId, cancellationToken))
                    continue;
                await over.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    async Task<bool> MayBeOpenAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.IsOpenAsync(runId, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A ledger that cannot be read now says nothing about the run; what the work writes to it shows the fault.
            return true;
        }
    }
}

/// <summary>A run is over, and nothing more is to be done for it.</summary>
sealed class RunOverException(string runId) : Exception($"The run {runId} is over.");
