using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using Microsoft.DurableTask;

namespace DataTransferHub.Objects.Tests;

/// <summary>Which faults of an activity end a run immediately, and which are retried.</summary>
public sealed class ActivityFaultTests(Servers.S3.SharedMoto moto)
{
    [Fact]
    public async Task Parameters_that_are_no_longer_good_end_the_run_and_are_named()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["workerNumber"] = "many";
        var failure = await Assert.ThrowsAsync<TransferFailedException>(() => bench.FindAsync());
        Assert.Contains("workerNumber 'many'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_defect_of_the_code_is_tried_again_whatever_it_throws() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => ActivityFaults.GuardAsync<int>(() => throw new ArgumentOutOfRangeException("index")));

    [Theory]
    [InlineData("DataTransferHub.Objects.Units.TransferFailedException", true)]
    [InlineData("DataTransferHub.Objects.Run.TransferFailedException", true)]
    [InlineData("System.IO.IOException", false)]
    [InlineData("Other.NotTransferFailedException", false)]
    public void A_failure_is_judged_by_what_the_code_threw_also_where_the_worker_has_wrapped_it(string type, bool isFinal)
    {
        var thrown = new TaskFailureDetails(type, "the bucket is gone", null, null, null);
        Assert.Equal(isFinal, ActivityFaults.IsFinal(thrown));
        var wrapped = new TaskFailureDetails("System.AggregateException", "One or more errors occurred.", null, thrown, null);
        Assert.Equal(isFinal, ActivityFaults.IsFinal(wrapped));
    }

    [Fact]
    public async Task No_activity_works_for_a_run_that_is_over()
    {
        using var bench = await Bench.CreateAsync(moto, options => options.MultipartThreshold = 1);
        await bench.PutAsync("small", []);
        await bench.PutAsync("large", new byte[6 << 20]);
        await bench.FindAsync();
        var upload = await bench.StartUploadAsync();
        await bench.Ledger.FinishRunAsync(bench.Run.RunId, Bench.Ct);

        await Assert.ThrowsAsync<TransferFailedException>(() => bench.FindAsync());
        await Assert.ThrowsAsync<TransferFailedException>(() => bench.CopyUnitAsync(Assert.Single(bench.Units)));
        await Assert.ThrowsAsync<TransferFailedException>(() => bench.StartUploadAsync(upload));
        await Assert.ThrowsAsync<TransferFailedException>(() => bench.CopyPartsAsync(upload));
        await Assert.ThrowsAsync<TransferFailedException>(() => bench.CompleteAsync(upload, null));
        Assert.Empty(await bench.ListCopiesAsync());
    }

    [Fact]
    public void A_termination_is_not_final() => Assert.False(ActivityFaults.IsFinal(null));

    [Fact]
    public async Task A_fault_of_the_store_that_does_not_pass_ends_the_run()
    {
        var fault = new StoreException(StoreSide.Source, StoreFault.NoSuchBucket, "gone");
        await Assert.ThrowsAsync<TransferFailedException>(() => ActivityFaults.GuardAsync<int>(() => throw fault));
    }
}
