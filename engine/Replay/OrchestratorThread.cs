namespace DataTransferHub.Engine.Replay;

/// <summary>
/// The single logical thread of an orchestrator: continuations are queued here and run, in order, only while the executor drains them. A
/// continuation from any other thread shows that the orchestrator awaited something that is not durable.
/// </summary>
sealed class OrchestratorThread(Action illegalAwait) : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback Callback, object? State)> _continuations = new();

    // Zero while no episode runs. Written by the thread that runs the episode, read by any thread.
    volatile int _owner;

    /// <summary>Whether the calling thread is the one that currently runs the orchestrator.</summary>
    public bool IsCurrent => _owner == Environment.CurrentManagedThreadId;

    /// <summary>Makes the calling thread the orchestrator's thread for the duration of <paramref name="episode"/>.</summary>
    public void Run(Action episode)
    {
        var outer = Current;
        _owner = Environment.CurrentManagedThreadId;
        try
        {
            episode();
        }
        finally
        {
            _owner = 0;
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs <paramref name="step"/> as orchestrator code, and all resulting continuations.</summary>
    public void Start(Action step)
    {
        SetSynchronizationContext(this);
        try
        {
            step();
            Drain();
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }

    /// <summary>
    /// Completes a task that the orchestrator awaits, without a current context, so that awaits configured not to capture the context also
    /// continue here and not on the thread pool. Continuations run immediately or, if orchestrator code itself completes the task by
    /// cancelling it, after that code.
    /// </summary>
    public void Complete(Action completion)
    {
        var current = Current;
        SetSynchronizationContext(null);
        try
        {
            completion();
        }
        finally
        {
            SetSynchronizationContext(current);
        }
        if (current != this)
            Start(static () => { });
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            _continuations.Enqueue((d, state));
        else
            illegalAwait();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!IsCurrent)
            throw new NotSupportedException("An orchestrator's context does not support blocking calls from other threads.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    void Drain()
    {
        while (_continuations.TryDequeue(out var next))
            next.Callback(next.State);
    }
}
