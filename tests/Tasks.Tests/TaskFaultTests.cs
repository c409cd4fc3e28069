using DataTransferHub.Tasks.Plugins;
using Microsoft.DurableTask;

namespace DataTransferHub.Tasks.Tests;

/// <summary>A failure is judged and reported by the exception that the code threw, not by its wrappers.</summary>
public sealed class TaskFaultTests
{
    static readonly TaskFailureDetails Thrown = new(
        "Store.Gone", "The bucket is gone.", null, new("System.IO.IOException", "reset", null, null, null), null);

    [Fact]
    public void What_nobody_wrapped_is_told_as_it_is_with_its_cause_left_out() =>
        Assert.Equal(new TaskFault("Store.Gone", "The bucket is gone."), TaskFault.Of(Thrown));

    [Fact]
    public void The_wrappers_of_the_worker_and_of_orchestrations_are_taken_off_at_any_depth()
    {
        var details = Thrown;
        for (var level = 0; level < 3; level++)
        {
            details = new("System.AggregateException", $"One or more errors occurred. ({details.ErrorMessage})", null, details, null);
            details = new(
                "Microsoft.DurableTask.TaskFailedException", $"Task 'X' (#0) failed: {details.ErrorMessage}", null, details, null);
        }

        Assert.Equal(new TaskFault("Store.Gone", "The bucket is gone."), TaskFault.Of(details));
    }

    [Fact]
    public void A_wrapper_with_nothing_in_it_is_the_fault()
    {
        var alone = new TaskFailureDetails("System.AggregateException", "One or more errors occurred.", null, null, null);
        Assert.Equal(new TaskFault("System.AggregateException", "One or more errors occurred."), TaskFault.Of(alone));
    }

    [Fact]
    public void A_failure_without_details_is_a_termination() =>
        Assert.Equal(
            new TaskFault("Terminated", "TransferObjects was terminated."),
            TaskFault.Of(new TaskFailedException("TransferObjects", 1, (TaskFailureDetails)null!)));
}
