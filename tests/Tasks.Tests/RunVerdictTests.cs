using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks.Tests;

public sealed class RunVerdictTests
{
    const string RunAgain = "Use retryFailedItems to run the whole task again; what is already at the destination is not copied again.";

    static readonly ItemNoun Objects = new("object", "objects");

    [Fact]
    public void A_run_that_copied_everything_is_no_error() =>
        Assert.Equal(
            (null, null), RunVerdict.Of(End(new RunSummary(5, 3, 0, 2, 99)), Ledger(found: 5, copied: 3, skipped: 2), [], Objects));

    [Fact]
    public void Failed_objects_are_counted_and_the_first_is_shown()
    {
        var (code, message) = RunVerdict.Of(
            End(new RunSummary(500, 497, 3, 0, 99)),
            Ledger(500, copied: 497, failed: 3),
            [new FailedItem("a b.txt", "{}", 1, 5, "Access denied. Allow s3:PutObject.")],
            Objects);
        Assert.Equal(TaskErrorCode.CompleteCheckError, code);
        Assert.Equal(
            "3 of 500 objects failed. First: 'a b.txt': Access denied. Allow s3:PutObject. Use retryFailedItems to try them again.",
            message);
    }

    [Fact]
    public void Counts_that_do_not_add_up_in_the_summary_or_in_the_ledger_are_an_error_that_asks_for_a_whole_run()
    {
        (RunSummary, RunProgress?)[] wrong =
        [
            (new RunSummary(5, 3, 0, 1, 99), Ledger(5, copied: 3, skipped: 2)),
            (new RunSummary(5, 5, 0, 0, 99), Ledger(6, copied: 6)),
            (new RunSummary(5, 5, 0, 0, 99), Ledger(5, copied: 4)),
            (new RunSummary(5, 5, 0, 0, 99), Ledger(5, copied: 5, isAllFound: false)),
            (new RunSummary(5, 5, 0, 0, 99), null),
        ];
        foreach (var (summary, ledger) in wrong)
        {
            var (code, message) = RunVerdict.Of(End(summary), ledger, [], Objects);
            Assert.Equal(TaskErrorCode.CompleteCheckError, code);
            Assert.EndsWith(RunAgain, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, "StoreException", TaskErrorCode.FinderError)]
    [InlineData(true, "StoreException", TaskErrorCode.UnKnown)]
    [InlineData(false, "OrchestratorTaskNotFound", TaskErrorCode.UnKnown)]
    [InlineData(false, "Terminated", TaskErrorCode.UnKnown)]
    [InlineData(false, null, TaskErrorCode.UnKnown)]
    public void A_run_that_failed_as_a_whole_says_where_how_much_was_not_tried_and_what_a_retry_does(
        bool isAllFound, string? type, object code) =>
        Assert.Equal(
            ((TaskErrorCode?)code, "The bucket is gone. Of 10 objects found, 4 were not tried. " + RunAgain),
            RunVerdict.Of(
                new RunEnd("t", "t-r1", null, "The bucket is gone.", type), Ledger(10, copied: 5, failed: 1, isAllFound: isAllFound),
                [], Objects));

    static RunEnd End(RunSummary summary) => new("t", "t-r1", summary);

    // A ledger as it is read once the run is closed.
    static RunProgress Ledger(long found, long copied = 0, long failed = 0, long skipped = 0, bool isAllFound = true) =>
        ProgressEstimate.Of(
            new RunRow("t-r1", 0, 1000, found, 0, skipped, found - skipped, 0, isAllFound ? 1 : 0, copied, 0, 0, failed, 0, 0, 0),
            new RateRow(0, 0),
            DateTimeOffset.UnixEpoch.AddHours(1));
}
