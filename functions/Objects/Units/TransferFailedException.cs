using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// The run as a whole cannot be done: no bucket, no keys. Not worth another attempt. The message says why and what to do.
/// </summary>
sealed class TransferFailedException : Exception
{
    public TransferFailedException(string message)
        : base(message)
    {
    }

    public TransferFailedException(StoreException fault)
        : base(fault.Message, fault)
    {
    }
}

/// <summary>How faults of activities are told apart and tried again.</summary>
static class ActivityFaults
{
    static readonly RetryPolicy Policy = new(5, TimeSpan.FromSeconds(2), 2.0, TimeSpan.FromSeconds(30))
    {
        HandleFailure = failure => !IsFinal(failure),
    };

    /// <summary>
    /// Options of every activity here: an activity that broke off is run again, one that found the run impossible is not.
    /// </summary>
    public static TaskOptions Options => new(Policy);

    /// <summary>Runs an activity's work and tells faults that end the run from all others.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (StoreException fault) when (!fault.IsTransient)
        {
            throw new TransferFailedException(fault);
        }
        catch (RunOverException over)
        {
            throw new TransferFailedException(over.Message);
        }
    }

    /// <summary>Whether the run as a whole is impossible.</summary>
    /// <remarks>By the type's own name: histories hold its full name, and the namespace has changed once already.</remarks>
    public static bool IsFinal(TaskFailureDetails? failure) =>
        TaskFault.Of(failure).Type.EndsWith("." + nameof(TransferFailedException), StringComparison.Ordinal);
}
