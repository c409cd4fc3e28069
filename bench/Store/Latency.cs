using System.Collections.Concurrent;
using System.Diagnostics;

namespace DataTransferHub.Bench.Store;

/// <summary>
/// The same delay for every request. As all are delayed equally, they end in the order in which they began, so that one thread and one
/// queue serve any number of them, to about a millisecond.
/// </summary>
sealed class Latency : IDisposable
{
    readonly TimeSpan _delay;
    readonly BlockingCollection<(long Due, TaskCompletionSource Waiter)> _waiting = [];

    /// <param name="delay">The delay; zero for none.</param>
    public Latency(TimeSpan delay)
    {
        _delay = delay;
        if (delay > TimeSpan.Zero)
            new Thread(Run) { IsBackground = true, Name = "latency" }.Start();
    }

    /// <summary>Completes when the delay of a request that has just come is over.</summary>
    public Task BeginAsync()
    {
        if (_delay == TimeSpan.Zero)
            return Task.CompletedTask;
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((Stopwatch.GetTimestamp() + (long)(_delay.TotalSeconds * Stopwatch.Frequency), waiter));
        return waiter.Task;
    }

    public void Dispose() => _waiting.CompleteAdding();

    void Run()
    {
        foreach (var (due, waiter) in _waiting.GetConsumingEnumerable())
        {
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                Thread.Sleep((int)Math.Ceiling(left.TotalMilliseconds));
            waiter.SetResult();
        }
    }
}
