using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Units;

/// <summary>
/// The run as a whole is impossible, for example without bucket or credentials. It is not retried. The message says why and what to do.
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

/// <summary>Classifies faults of activities, and defines their retries.</summary>
static class ActivityFaults
{
    static readonly RetryPolicy Policy = new(5, TimeSpan.FromSeconds(2), 2.0, TimeSpan.FromSeconds(30))
    {
        HandleFailure = failure => !IsFinal(failure),
    };

    /// <summary>
    /// Options of every activity here: an activity that was interrupted is retried, one that found the run impossible is not.
    /// </summary>
    public static TaskOptions Options => new(Policy);

    /// <summary>Runs an activity's work and distinguishes faults that end the run from all others.</summary>
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
    /// <remarks>By the type's simple name: histories contain its full name, and the namespace has changed once.</remarks>
    public static bool IsFinal(TaskFailureDetails? failure) =>
        TaskFault.Of(failure).Type.EndsWith("." + nameof(TransferFailedException), StringComparison.Ordinal);
}
