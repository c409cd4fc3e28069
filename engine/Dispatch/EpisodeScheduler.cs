using System.Collections.Concurrent;

namespace DataTransferHub.Engine.Dispatch;

/// <summary>Runs episodes on the thread pool, so many at once; the others wait in order.</summary>
sealed class EpisodeScheduler(int maxConcurrent, Action<InstanceMailbox> run)
{
    readonly ConcurrentQueue<InstanceMailbox> _ready = new();
    int _workers;
    volatile bool _open;
    volatile TaskCompletionSource? _idle;

    /// <summary>Whether episodes run or are ready to.</summary>
    public bool HasReady => !_ready.IsEmpty || Volatile.Read(ref _workers) > 0;

    public void Schedule(InstanceMailbox mailbox)
    {
        _ready.Enqueue(mailbox);
        StartWorker();
    }

    /// <summary>Lets episodes begin. Until then they only queue, so that what is recovered is whole before any of it moves.</summary>
    public void Start()
    {
        _open = true;
        for (var i = 0; i < maxConcurrent && i < _ready.Count; i++)
            StartWorker();
    }

    /// <summary>No episode begins after this; those that run go on.</summary>
    public void Stop() => _open = false;

    /// <summary>Completes once no episode runs and none is ready to.</summary>
    public Task WhenIdle()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _idle = idle;
        ReportIdle();
        return idle.Task;
    }

    void StartWorker()
    {
        if (!_open)
            return;
        if (Interlocked.Increment(ref _workers) <= maxConcurrent)
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.Work(), this, preferLocal: false);
        else
            Interlocked.Decrement(ref _workers);
    }

    void Work()
    {
        while (_open && _ready.TryDequeue(out var mailbox))
            run(mailbox);
        Interlocked.Decrement(ref _workers);
        // One may have come after the last look and found all workers still counted.
        if (_open && !_ready.IsEmpty)
            StartWorker();
        else
            ReportIdle();
    }

    void ReportIdle()
    {
        if (Volatile.Read(ref _workers) == 0 && (_ready.IsEmpty || !_open))
            _idle?.TrySetResult();
    }
}
