using System.Text.Json.Serialization;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Names one attempt to copy one large object.</summary>
/// <param name="Run">The run.</param>
/// <param name="UnitId">The unit that is this object.</param>
/// <param name="Attempt">The attempt, from 0.</param>
/// <param name="Plan">The plan that <see cref="StartUpload"/> has made, or null before.</param>
sealed record UploadRequest(RunRequest Run, string UnitId, int Attempt, string? Plan = null);

/// <summary>How a step of copying a large object ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepEnd>))]
enum StepEnd
{
    /// <summary>Go on.</summary>
    Done,

    /// <summary>The object as a whole is dealt with.</summary>
    Finished,

    /// <summary>Another version has appeared, or bytes or parts are not what they were: begin again.</summary>
    StartAgain,

    /// <summary>The object has gone from the source or is archived.</summary>
    Gone,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>The end of a step, with its reason when it is no good one.</summary>
sealed record StepResult(StepEnd End, string? Error = null, string? ChainState = null, UnitResult? Unit = null)
{
    public static readonly StepResult Done = new(StepEnd.Done);

    public static StepResult Finished(UnitResult unit) => new(StepEnd.Finished, Unit: unit);

    public static StepResult StartAgain(string reason) => new(StepEnd.StartAgain, reason);

    /// <summary>Runs a step; a store's fault becomes its end. Faults that concern the whole run stay exceptions.</summary>
    public static Task<StepResult> OfAsync(
        TransferFactory transfers, RunRequest run, Func<CancellationToken, Task<StepResult>> step, CancellationToken cancellationToken) =>
        transfers.WorkAsync(run, async token =>
    {
        try
        {
            return await step(token);
        }
        catch (StoreException fault) when (!fault.ConcernsWholeBucket)
        {
            return new StepResult(
                fault switch
                {
                    { Side: StoreSide.Source, Fault: StoreFault.NotFound or StoreFault.Archived } => StepEnd.Gone,
                    { Fault: StoreFault.Corrupt or StoreFault.NoSuchUpload }
                        or { Side: StoreSide.Source, Fault: StoreFault.PreconditionFailed } => StepEnd.StartAgain,
                    _ => StepEnd.Failed,
                },
                fault.Message);
        }
    }, cancellationToken);
}
