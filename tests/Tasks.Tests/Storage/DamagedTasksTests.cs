using System.Buffers.Binary;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Sqlite;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Tests.Storage;

/// <summary>Pages of <c>tasks.db</c> that are overwritten while the hub is stopped.</summary>
public sealed class DamagedTasksTests : IDisposable
{
    const int PageBytes = 4096;
    const int HeaderBytes = 100;
    const int Tasks = 40;

    static readonly DateTimeOffset Begin = new(2026, 11, 22, 17, 0, 0, TimeSpan.Zero);

    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whatever_page_is_overwritten_the_other_tasks_go_on_and_no_run_is_complete_without_its_reports()
    {
        await FillAsync();
        var original = await File.ReadAllBytesAsync(_folder["tasks.db"], Cancellation);
        var random = new Random(1);
        var lostTasks = 0;
        foreach (var page in Enumerable.Range(1, original.Length / PageBytes).Except(SchemaPages(original)))
        {
            var damaged = (byte[])original.Clone();
            random.NextBytes(damaged.AsSpan((page - 1) * PageBytes, PageBytes));
            await File.WriteAllBytesAsync(_folder["tasks.db"], damaged, Cancellation);

            using var database = Open();
            var tasks = (await new SqliteTaskStore(database).ListAsync(null, 1, 10 * Tasks, Cancellation)).Items;
            var ledger = LedgerOf(database);

            // About ten records share a page; what is lost is shown as an error.
            Assert.Equal(Tasks, tasks.Count);
            var lost = tasks.Where(task => task.ErrorMessage?.Contains("the record of this task is lost", StringComparison.Ordinal) is true)
                .ToList();
            lostTasks += lost.Count;
            Assert.InRange(lost.Count, 0, 12);
            Assert.All(lost, task => Assert.Equal((TaskProgress.Error, false), (task.Progress, TaskLifecycle.IsUnsettled(task))));
            foreach (var task in tasks.Except(lost))
                await AssertWholeAsync(ledger, task);
            foreach (var task in lost)
                Assert.True(await ledger.GetProgressAsync(task.RunIdOf(1), Cancellation) is null or { FinishedAt: not null });
        }
        Assert.True(lostTasks >= Tasks, $"Only {lostTasks} tasks were ever lost.");
    }

    // The pages that describe the tables: the first one and, if it is an interior page, its children.
    // https://www.sqlite.org/fileformat2.html#b_tree_pages
    static List<int> SchemaPages(byte[] file)
    {
        const int Header = 100;
        const byte Interior = 5;
        var pages = new List<int> { 1 };
        if (file[Header] != Interior)
            return pages;
        pages.Add(BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(Header + 8)));
        var cells = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(Header + 3));
        for (var cell = 0; cell < cells; cell++)
        {
            var offset = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(Header + 12 + 2 * cell));
            pages.Add(BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(offset)));
        }

        return pages;
    }

    [Fact]
    public async Task A_file_whose_description_of_the_tables_is_damaged_is_refused_with_the_remedy_and_left_alone()
    {
        await FillAsync();
        var bytes = await File.ReadAllBytesAsync(_folder["tasks.db"], Cancellation);
        bytes.AsSpan(HeaderBytes, PageBytes - HeaderBytes).Fill(0x5a);
        await File.WriteAllBytesAsync(_folder["tasks.db"], bytes, Cancellation);

        var refused = Assert.Throws<DatabaseException>(Open);

        Assert.StartsWith(
            $"'{_folder["tasks.db"]}' is damaged where its tables are described", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the data folder from a backup", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder["tasks.db"], Cancellation));
    }

    [Fact]
    public async Task A_rewritten_continuation_of_a_record_is_found_by_what_it_must_contain()
    {
        await FillAsync();
        var bytes = await File.ReadAllBytesAsync(_folder["tasks.db"], Cancellation);
        // A page without a header: it begins with the number of the next one.
        var page = Enumerable.Range(1, (bytes.Length / PageBytes) - 1)
            .First(number => bytes.AsSpan(number * PageBytes, PageBytes)[4..].StartsWith("pppppppppppppppppppppppp"u8));
        new Random(2).NextBytes(bytes.AsSpan((page * PageBytes) + 100, 100));
        await File.WriteAllBytesAsync(_folder["tasks.db"], bytes, Cancellation);

        using var database = Open();
        var tasks = (await new SqliteTaskStore(database).ListAsync(null, 1, 10 * Tasks, Cancellation)).Items;

        Assert.Single(tasks, task => task.ErrorMessage is not null);
        Assert.Equal(Tasks, tasks.Count);
    }

    // A run of ten items found, nine copied, one failed; it has ended or not. If it lacks a report, it does not count as complete.
    static async Task AssertWholeAsync(SqliteRunLedger ledger, TaskRecord task)
    {
        Assert.Equal(2, task.ParameterValues().Values.Count);
        var runId = task.RunIdOf(1);
        if (await ledger.GetProgressAsync(runId, Cancellation) is not { } run)
            return;
        var failed = await ledger.ListFailedAsync(runId, null, 10, Cancellation);
        Assert.Equal((9, 1), (run.Copied, run.Failed - run.NotTried));
        Assert.True(failed.Count == 1 || run.Found > 10, $"{runId} does not show that its failure is lost.");
        await ledger.RecordUnitAsync(runId, "0", OutcomeOfUnit, Cancellation);
        var again = (await ledger.GetProgressAsync(runId, Cancellation))!;
        Assert.True(
            (again.Copied, again.Failed) == (run.Copied, run.Failed) || run.Found > 10, $"{runId} counts twice what is reported again.");
    }

    static UnitOutcome OutcomeOfUnit => new(9, 90, 0, [new FailedItem("key", "version", 10, 3, "It failed.")]);

    async Task FillAsync()
    {
        using var database = Open();
        var store = new SqliteTaskStore(database);
        var ledger = LedgerOf(database);
        for (var i = 0; i < Tasks; i++)
        {
            var task = new TaskRecord
            {
                Id = $"{i:x8}-0000-4000-8000-000000000000",
                Type = "S3EC2",
                ScheduleType = ScheduleType.OneTime,
                Parameters = [new TaskParameter("srcBucket", "source"), new TaskParameter("long", new string('p', i % 8 * 1000))],
                CreatedAt = Begin + TimeSpan.FromSeconds(i),
                Progress = TaskProgress.InProgress,
                RunCount = 1,
                RunState = RunState.Running,
                Wanted = WantedRun.None,
            };
            await store.AddAsync(task, Cancellation);
            await ledger.StartRunAsync(task.RunIdOf(1), task.Id, Cancellation);
            await ledger.RecordBatchAsync(task.RunIdOf(1), 0, new BatchFindings(10, 100, 0, 10, 100, IsLast: true), Cancellation);
            await ledger.RecordUnitAsync(task.RunIdOf(1), "0", OutcomeOfUnit, Cancellation);
            if (i % 2 == 0)
                await ledger.FinishRunAsync(task.RunIdOf(1), Cancellation);
        }
    }

    TaskDatabase Open() => new(Options, NullLogger<TaskDatabase>.Instance);

    SqliteRunLedger LedgerOf(TaskDatabase database) =>
        new(database, new StorageWait(Options, TimeProvider.System, NullLogger<StorageWait>.Instance), TimeProvider.System);

    IOptions<HubOptions> Options => Microsoft.Extensions.Options.Options.Create(new HubOptions { DataDirectory = _folder.Path });
}
