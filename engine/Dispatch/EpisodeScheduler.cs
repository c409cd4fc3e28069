namespace DataTransferHub.Engine.Dispatch;

/// <summary>Runs episodes on the thread pool, up to a limit concurrently; the others wait in order.</summary>
sealed class EpisodeScheduler(int maxConcurrent, Action<InstanceMailbox> run)
{
    readonly Lock _gate = new();

    // Guarded by _gate. A worker exits in the same critical section in which it finds the queue empty, so no mailbox is left behind.
    readonly Queue<InstanceMailbox> _ready = new();
    int _workers;
    bool _open;
    TaskCompletionSource? _idle;

    /// <summary>Whether episodes are running or ready.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
                return _workers > 0 || _ready.Count > 0;
        }
    }

    public void Schedule(InstanceMailbox mailbox)
    {
        lock (_gate)
        {
            _ready.Enqueue(mailbox);
            if (!_open || _workers == maxConcurrent)
                return;
            _workers++;
        }
        StartWorker();
    }

    /// <summary>Lets episodes start. Until then they only queue, so that recovery is complete before any instance runs.</summary>
    public void Start()
    {
        int workers;
        lock (_gate)
        {
            _open = true;
            workers = Math.Min(_ready.Count, maxConcurrent - _workers);
            _workers += workers;
        }
        for (; workers > 0; workers--)
            StartWorker();
    }

    /// <summary>No episode starts after this call; running ones continue.</summary>
    public void Stop()
    {
        lock (_gate)
            _open = false;
    }

    /// <summary>Completes when no episode is running or about to run.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
        {
            if (_workers == 0)
                return Task.CompletedTask;
            _idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    void StartWorker() => ThreadPool.UnsafeQueueUserWorkItem(static s => s.Work(), this, preferLocal: false);

    void Work()
    {
        while (true)
        {
            InstanceMailbox? mailbox;
            lock (_gate)
            {
                if (!_open || !_ready.TryDequeue(out mailbox))
                {
                    if (--_workers == 0)
                    {
                        _idle?.TrySetResult();
                        _idle = null;
                    }
                    return;
                }
            }
            run(mailbox);
        }
    }
}
