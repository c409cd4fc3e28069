using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Run;

/// <summary>
/// The work in progress of one generation of a run's orchestrator. Orchestrator code: deterministic, and awaits only durable tasks.
/// </summary>
/// <param name="context">The orchestrator's.</param>
/// <param name="input">What it was started with.</param>
sealed class TransferGeneration(TaskOrchestrationContext context, TransferInput input)
{
    // The event with which a generation tells the next one that work it had started has ended; its data is the lane.
    const string PlaceFreed = "place-freed";

    // A unit that fails so often, although the stores answer each time in between, has an object that fails alone. If nothing else is
    // copied meanwhile, this takes about half an hour: the store may be refusing all writes.
    const int MaximumPostponements = 12;

    readonly List<(Lane Lane, Unit Unit, Task<UnitResult> Task)> _copies = [];
    readonly Queue<(Lane Lane, Unit Unit)> _postponed = [];
    readonly List<(SearchSpan Span, int Batch, Task<FindResult> Task)> _findings = [];
    readonly List<(SearchSpan Span, int Batch, FindResult Found, Task Task)> _recordings = [];
    readonly OutageWait _outage = new(context, input.Run);
    readonly string _nextId = $"{input.RunId}-g{input.Generation + 1}";
    Task<RunSummary>? _next;
    Task<Lane>? _freed;

    // While it runs, nothing starts.
    Task? _waiting;
    int _started;

    // Null until the first batch has been found.
    RunLimits? _given = input.Limits;

    /// <summary>The state of the run.</summary>
    public TransferState State { get; private set; } = input.State ?? TransferState.Start;

    /// <summary>Slots that are still used by work of earlier generations.</summary>
    public LanePlaces Taken { get; private set; } = input.Taken;

    /// <summary>
    /// Why the run as a whole fails. Work in progress is awaited first, so that nothing continues after the run has ended.
    /// </summary>
    public Exception? Failure { get; private set; }

    // They are not needed before the first batch has been found.
    RunLimits Limits => _given ?? RunLimits.Of010(input.Parameters);

    /// <summary>The input of a new generation that replaces this one.</summary>
    public TransferInput Continuation => input with { State = State, Taken = Taken, Limits = Limits };

    int Searches => _findings.Count + _recordings.Count;

    bool IsFinding => Searches > 0;

    bool CanBegin => Failure is null && _next is null && _waiting is null;

    /// <summary>Whether nothing is in progress and nothing can start.</summary>
    public bool IsOver =>
        !IsFinding && _copies.Count == 0 && _next is null
        && (Failure is not null
            || _waiting is null && _postponed.Count == 0 && (State.IsAllBegun || _started >= Limits.TasksOfGeneration));

    /// <summary>Starts finding the next batches, unless enough work is waiting to be copied.</summary>
    public void BeginFinding()
    {
        for (; CanBegin && State.OpenSpans.Count > 0 && _started < Limits.TasksOfGeneration; _started++)
        {
            if (Searches >= Limits.Searches)
                return;
            if (State.SmallWaiting >= Limits.UnitsAhead || State.Batches.Count >= Limits.BatchesAhead)
                return;
            (var span, var batch, State) = State.TakeSpan();

            // The limits come with the first batch.
            var most = _given?.Searches ?? RunLimits.MostSearches;
            var splits = Math.Max(0, most - Searches - State.OpenSpans.Count - 1);
            var request = new FindRequest(input.Run, batch, span.AfterKey, span.Token, span.To, splits);
            _findings.Add((span, batch, context.CallActivityAsync<FindResult>(nameof(FindChanges), request, ActivityFaults.Options)));
        }
    }

    /// <summary>
    /// Starts copying waiting units, up to the number of free slots. This continues while the last batch of this generation is being found.
    /// </summary>
    public void BeginCopying()
    {
        // What an outage has postponed goes on here, also if the rest has been handed over.
        for (; Failure is null && _waiting is null && _postponed.TryDequeue(out var left); _started++)
            Begin(left.Lane, left.Unit);
        if (!CanBegin)
            return;
        foreach (var lane in (Lane[])[Lane.Small, Lane.Large])
        {
            // At least one slot: an event about a freed slot may be lost with the generation that sent it.
            var places = Math.Max(1, Limits.Workers - Taken[lane]);
            for (; (_started < Limits.TasksOfGeneration || IsFinding) && CountOf(lane) < places
                && State.Take(lane) is ({ } unit, var left); _started++)
            {
                State = left;
                Begin(lane, new Unit(unit));
            }
        }
    }

    void Begin(Lane lane, Unit unit)
    {
        var request = new UnitRequest(input.Run, unit.Id, unit.Postponements < MaximumPostponements);
        _copies.Add((lane, unit, lane == Lane.Large
            ? context.CallSubOrchestratorAsync<UnitResult>(nameof(CopyLargeObject), request)
            : context.CallActivityAsync<UnitResult>(nameof(CopyObjects), request, ActivityFaults.Options)));
    }

    /// <summary>
    /// Starts the next generation when this one has started its share, work is left, and some of this one's work is still in progress.
    /// </summary>
    public void HandOver()
    {
        if (!CanBegin || IsFinding || _started < Limits.TasksOfGeneration || State.IsAllBegun)
            return;
        var next = input with
        {
            State = State.Rest(),
            Limits = Limits,
            Generation = input.Generation + 1,
            Taken = Taken.Add(Lane.Small, CountOf(Lane.Small)).Add(Lane.Large, CountOf(Lane.Large)),
        };
        _next = context.CallSubOrchestratorAsync<RunSummary>(nameof(TransferObjects), next,
            new SubOrchestrationOptions(instanceId: _nextId));
    }

    /// <summary>Waits until a task has ended, and processes its result.</summary>
    public async Task TakeInNextAsync()
    {
        // Only a later generation gets events about slots.
        if (input.Generation > 1)
            _freed ??= context.WaitForExternalEvent<Lane>(PlaceFreed);
        await Task.WhenAny(UnderWay());
        try
        {
            if (_freed is { IsCompleted: true } freed)
            {
                _freed = null;
                Free(await freed);
            }

            if (_waiting is { IsCompleted: true } waiting)
            {
                _waiting = null;
                await waiting;
            }

            for (var i = _findings.Count - 1; i >= 0; i--)
            {
                if (_findings[i] is not { Task.IsCompleted: true } finding)
                    continue;
                _findings.RemoveAt(i);
                var found = await finding.Task;
                if (found.Outage is { } outage)
                {
                    State = State.Return(finding.Span, finding.Batch);
                    Postpone(outage);
                    continue;
                }

                var record = new FindingsRecord(input.RunId, finding.Batch, found.Findings with { IsLast = IsEndOfAll(found) });
                _recordings.Add((finding.Span, finding.Batch, found,
                    context.CallActivityAsync(nameof(RecordFindings), record, ActivityFaults.Options)));
            }

            for (var i = _recordings.Count - 1; i >= 0; i--)
            {
                if (_recordings[i] is not { Task.IsCompleted: true } recording)
                    continue;
                _recordings.RemoveAt(i);
                await recording.Task;
                State = State.With(recording.Found, recording.Span, recording.Batch);
                _given ??= recording.Found.Limits;
            }

            for (var i = _copies.Count - 1; i >= 0; i--)
            {
                if (_copies[i] is not { Task.IsCompleted: true } copy)
                    continue;
                _copies.RemoveAt(i);
                if (copy.Task.IsCompletedSuccessfully && (await copy.Task).Outage is { } outage)
                {
                    _postponed.Enqueue((copy.Lane, copy.Unit with { Postponements = copy.Unit.Postponements + (outage.IsPause ? 0 : 1) }));
                    Postpone(outage);
                    continue;
                }

                if (copy.Task.IsCompletedSuccessfully && (await copy.Task).IsUnfinished)
                {
                    _postponed.Enqueue((copy.Lane, copy.Unit with { Postponements = 0 }));
                    _outage.Forget();
                    continue;
                }

                if (_next is not null)
                    context.SendEvent(_nextId, PlaceFreed, copy.Lane);
                var result = await copy.Task;
                State = State.With(result);
                foreach (var slow in result.SlowUnits ?? [])
                    _postponed.Enqueue((Lane.Large, new Unit(slow)));
                _outage.Forget();
            }

            if (_next is { IsCompleted: true } next)
            {
                _next = null;
                State = State.With(await next);
            }
        }
        catch (TaskFailedException fault)
        {
            Failure ??= new TransferFailedException(TaskFault.Of(fault).Message);
        }
        catch (TransferFailedException fault)
        {
            Failure ??= fault;
        }
    }

    // The ledger counts a search as complete when its last batch is recorded, whatever span that belongs to.
    bool IsEndOfAll(FindResult found) =>
        found.IsLast && _findings.Count == 0 && State.OpenSpans.Count == 0 && _recordings.All(recording => recording.Found.IsLast);

    void Postpone(Outage outage) => _waiting ??= _outage.UntilOverAsync(outage);

    // A generation that has handed over forwards the event.
    void Free(Lane lane)
    {
        if (_next is not null)
            context.SendEvent(_nextId, PlaceFreed, lane);
        else if (Taken[lane] > 0)
            Taken = Taken.Add(lane, -1);
    }

    // A unit in progress, and how often an outage has postponed it.
    sealed record Unit(string Id, int Postponements = 0);

    int CountOf(Lane lane) => _copies.Count(copy => copy.Lane == lane);

    IEnumerable<Task> UnderWay() =>
        ((Task?[])[_next, _freed, _waiting]).OfType<Task>()
            .Concat(_findings.Select(finding => (Task)finding.Task))
            .Concat(_recordings.Select(recording => recording.Task))
            .Concat(_copies.Select(copy => (Task)copy.Task));
}
