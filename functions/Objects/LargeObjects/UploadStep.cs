using System.Text.Json.Serialization;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Identifies one attempt to copy one large object.</summary>
/// <param name="Run">The run.</param>
/// <param name="UnitId">The unit that is this object.</param>
/// <param name="Attempt">The attempt, from 0.</param>
/// <param name="Plan">The plan that <see cref="StartUpload"/> has made, or null before that.</param>
sealed record UploadRequest(RunRequest Run, string UnitId, int Attempt, string? Plan = null);

/// <summary>How a step of copying a large object ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepEnd>))]
enum StepEnd
{
    /// <summary>Continue with the next step.</summary>
    Done,

    /// <summary>The object is finished.</summary>
    Finished,

    /// <summary>There is another version, or bytes or parts have changed: start again.</summary>
    StartAgain,

    /// <summary>The source does not have the object.</summary>
    Gone,

    /// <summary>The object must be restored from an archive before it can be read.</summary>
    Archived,

    /// <summary>A store has an outage: take the step again later.</summary>
    Postponed,

    /// <summary>The step has done its share, and is continued at once.</summary>
    Unfinished,

    /// <summary>Failed permanently.</summary>
    Failed,
}

/// <summary>The end of a step, with the reason if it was not successful.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Error">Why it was not successful, or null.</param>
/// <param name="ChainState">State of the chained MD5 after it, or null.</param>
/// <param name="Unit">The outcome of the object, if it is finished.</param>
/// <param name="VerifiedBy">By what means the object was verified, if it was copied. Versions up to 0.2.0 did not write it.</param>
/// <param name="Outage">Why it was postponed, or null.</param>
/// <param name="HasProgress">Whether it has copied parts before it was postponed.</param>
sealed record StepResult(
    StepEnd End, string? Error = null, string? ChainState = null, UnitResult? Unit = null, Verification? VerifiedBy = null,
    Outage? Outage = null, bool HasProgress = false)
{
    /// <summary>The end of a step that has to be taken again after an outage.</summary>
    public static StepResult Postponed(Outage outage) => new(StepEnd.Postponed, outage.Reason, Outage: outage);

    public static readonly StepResult Done = new(StepEnd.Done);

    public static readonly StepResult Unfinished = new(StepEnd.Unfinished);

    public static StepResult Finished(UnitResult unit, Verification? verifiedBy) =>
        new(StepEnd.Finished, Unit: unit, VerifiedBy: verifiedBy);

    public static StepResult StartAgain(string reason) => new(StepEnd.StartAgain, reason);

    /// <summary>Runs a step and converts a store's fault to its end. Faults that concern the whole run are thrown.</summary>
    public static Task<StepResult> OfAsync(
        TransferFactory transfers, RunRequest run, Func<CancellationToken, Task<StepResult>> step, CancellationToken cancellationToken) =>
        transfers.WorkAsync(run, async token =>
    {
        try
        {
            return await step(token);
        }
        catch (StoreException fault) when (!fault.ConcernsWholeBucket || fault.Fault == StoreFault.BadCredentials)
        {
            return new StepResult(
                fault switch
                {
                    { Side: StoreSide.Source, Fault: StoreFault.NotFound } => StepEnd.Gone,
                    { Side: StoreSide.Source, Fault: StoreFault.Archived } => StepEnd.Archived,
                    { Fault: StoreFault.Corrupt or StoreFault.NoSuchUpload }
                        or { Side: StoreSide.Source, Fault: StoreFault.PreconditionFailed } => StepEnd.StartAgain,
                    _ => StepEnd.Failed,
                },
                fault.Message);
        }
    }, Postponed, cancellationToken);
}
