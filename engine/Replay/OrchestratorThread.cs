namespace DataTransferHub.Engine.Replay;

/// <summary>
/// The one logical thread of an orchestrator: continuations queue here and run, in order, only while the executor drains
/// them. Work that arrives from any other thread proves that the orchestrator awaited something that is not durable.
/// </summary>
sealed class OrchestratorThread(Action illegalAwait) : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback Callback, object? State)> _continuations = new();

    // Zero while no episode runs. Written by the thread that runs the episode, read by any.
    volatile int _owner;

    /// <summary>Whether the calling thread is the one that runs the orchestrator now.</summary>
    public bool IsCurrent => _owner == Environment.CurrentManagedThreadId;

    /// <summary>Makes the calling thread the orchestrator's for the time of <paramref name="episode"/>.</summary>
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

    /// <summary>Runs <paramref name="step"/> as orchestrator code and everything that follows from it.</summary>
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
    /// Completes something the orchestrator awaits, with no current context, so that awaits configured not to capture the
    /// context also go on here rather than on the thread pool. What follows runs at once, or, when orchestrator code itself
    /// completes it by cancelling, after that code.
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
            throw new NotSupportedException("An orchestrator's context takes no blocking calls from other threads.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    void Drain()
    {
        while (_continuations.TryDequeue(out var next))
            next.Callback(next.State);
    }
}
