using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Tasks.Tests;

public sealed class RunVerdictTests
{
    [Fact]
    public void A_run_that_copied_everything_is_no_error() =>
        Assert.Equal((null, null), RunVerdict.Of(new RunEnd("t", "t-r1", new RunSummary(5, 3, 0, 2, 99)), RunPhase.Copying, []));

    [Fact]
    public void Failed_objects_are_counted_and_the_first_is_shown()
    {
        var (code, message) = RunVerdict.Of(
            new RunEnd("t", "t-r1", new RunSummary(500, 497, 3, 0, 99)), RunPhase.Copying, [new FailedItem("a b.txt", "{}", 1, 5, "Access denied. Allow s3:PutObject.")]);
        Assert.Equal(TaskErrorCode.CompleteCheckError, code);
        Assert.Equal("3 of 500 objects failed. First: 'a b.txt': Access denied. Allow s3:PutObject. Use retryFailedObjects to try them again.", message);
    }

    [Fact]
    public void Counts_that_do_not_add_up_are_an_error() =>
        Assert.Equal(TaskErrorCode.CompleteCheckError, RunVerdict.Of(new RunEnd("t", "t-r1", new RunSummary(5, 3, 0, 1, 99)), RunPhase.Copying, []).Code);

    [Theory]
    [InlineData(RunPhase.FindingAndCopying, "StoreException", TaskErrorCode.FinderError)]
    [InlineData(RunPhase.Copying, "StoreException", TaskErrorCode.UnKnown)]
    [InlineData(RunPhase.FindingAndCopying, "OrchestratorTaskNotFound", TaskErrorCode.UnKnown)]
    public void A_run_that_failed_as_a_whole_says_where(object phase, string type, object code) =>
        Assert.Equal(((TaskErrorCode?)code, "The bucket is gone."), RunVerdict.Of(new RunEnd("t", "t-r1", null, "The bucket is gone.", type), (RunPhase)phase, []));
}
