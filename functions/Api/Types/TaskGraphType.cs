using DataTransferHub.Tasks;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using GraphQL;
using GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Api.Types;

/// <summary>A task.</summary>
sealed class TaskGraphType : ObjectGraphType<TaskView>
{
    public TaskGraphType()
    {
        Name = "Task";
        Description = "A transfer from a source to a destination, once or on a schedule.";
        Field<NonNullGraphType<IdGraphType>>("id").Description("Id of the task, a UUID.").Resolve(c => c.Source.Task.Id);
        Field<StringGraphType>("description")
            .Description("What the task is for. URL-encoded (form style) only in getTask.")
            .Resolve(c => c.Source.Description);
        Field<TaskTypeGraphType>("type").Description("What the task moves.").Resolve(c => c.Source.Task.Type);
        Field<NonNullGraphType<TaskEngineGraphType>>("engine").Description("What copies its items.").Resolve(c => c.Source.Task.Engine);
        Field<StringGraphType>("templateUrl")
            .Description("URL of the CloudFormation template. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<ListGraphType<TaskParameterGraphType>>("parameters")
            .Description("The parameters it was created with. Prefixes are URL-encoded (form style) only in getTask.")
            .Resolve(c => c.Source.Parameters);
        Field<AwsDateTimeGraphType>("createdAt").Description("When the task was created.").Resolve(c => c.Source.Task.CreatedAt);
        Field<AwsDateTimeGraphType>("stoppedAt").Description("When the task was stopped, or null.").Resolve(c => c.Source.Task.StoppedAt);
        Field<TaskProgressGraphType>("progress").Description("The state of the task.").Resolve(c => c.Source.Task.Progress);
        Field<CommonProgressInfoGraphType>("progressInfo")
            .Description("Items to copy and items copied in the newest run; details are in `run`. Null before the first run.")
            .ResolveAsync(async c => await NewestRunAsync(c));
        Field<StringGraphType>("stackId")
            .Description("Id of the CloudFormation stack. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<StringGraphType>("stackName")
            .Description("Name of the CloudFormation stack. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<ListGraphType<StackOutputsGraphType>>("stackOutputs")
            .Description("Outputs of the CloudFormation stack. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<StringGraphType>("stackStatus")
            .Description("Status of the CloudFormation stack. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<StringGraphType>("stackStatusReason")
            .Description("Reason of the CloudFormation stack's status. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<StringGraphType>("executionArn")
            .Description("ARN of the execution of the provisioning state machine. Null, because the hub itself copies.")
            .Resolve(_ => null);
        Field<ScheduleTypeGraphType>("scheduleType").Description("How often the task runs.").Resolve(c => c.Source.Task.ScheduleType);
        Field<TaskErrorCodeGraphType>("errorCode").Description("The kind of failure, or null.").Resolve(c => c.Source.Task.ErrorCode);
        Field<StringGraphType>("errorMessage")
            .Description("What failed and what to do about it, or null.")
            .Resolve(c => c.Source.Task.ErrorMessage);
        Field<AwsDateTimeGraphType>("nextRunAt")
            .Description("When the schedule starts the next run. Null while a run is in progress, and if the schedule has no further time.")
            .Resolve(c => c.Source.NextRunAt);
        Field<TaskRunGraphType>("run")
            .Description("The newest run and its live progress. Null before the first run.")
            .ResolveAsync(async c => await NewestRunAsync(c));
        Field<DryRunGraphType>("dryRun")
            .Description("The newest dry run and its live progress; its items are in `dryRunItems`. Null before the first dry run.")
            .ResolveAsync(async c => await DryRunAsync(c));
        Field<NonNullGraphType<ListGraphType<NonNullGraphType<LeftoverGraphType>>>>("leftovers")
            .Description("What the clean-ups of ended runs could not remove, oldest first, at most 100. It is tried again every hour.")
            .ResolveAsync(async c => await LeftoversAsync(c));
        Field<NonNullGraphType<RateLimitsGraphType>>("limits")
            .Description("What the task transfers at most. Its endpoints may limit it further.")
            .ResolveAsync(async c => await Limits(c).OfTaskAsync(c.Source.Task.Id, c.CancellationToken));
        Field<NonNullGraphType<ListGraphType<NonNullGraphType<EndpointGraphType>>>>("endpoints")
            .Description("The endpoints to which the task sends requests: first the source, then the destination if it is another.")
            .ResolveAsync(async c => await Limits(c).EndpointsOfAsync(c.Source.Task, c.CancellationToken));
    }

    static LimitCommands Limits(IResolveFieldContext<TaskView> context) =>
        context.RequestServices!.GetRequiredService<LimitCommands>();

    static async Task<DryRun?> DryRunAsync(IResolveFieldContext<TaskView> context) =>
        await context.RequestServices!.GetRequiredService<IDryRunStore>().FindAsync(context.Source.Task.Id, context.CancellationToken);

    static async Task<IReadOnlyList<Leftover>> LeftoversAsync(IResolveFieldContext<TaskView> context) =>
        await context.RequestServices!.GetRequiredService<ILeftovers>().ListAsync(context.Source.Task.Id, 100, context.CancellationToken);

    static async Task<RunProgress?> NewestRunAsync(IResolveFieldContext<TaskView> context) =>
        context.Source.Task.CurrentRunId is { } runId
            ? await context.RequestServices!.GetRequiredService<IRunLedger>().GetProgressAsync(runId, context.CancellationToken)
            : null;
}

/// <summary>A parameter of a task.</summary>
sealed class TaskParameterGraphType : ObjectGraphType<TaskParameter>
{
    public TaskParameterGraphType()
    {
        Name = "TaskParameter";
        Description = "A parameter of a task.";
        Field<StringGraphType>("ParameterKey").Description("Its name.").Resolve(c => c.Source.Key);
        Field<StringGraphType>("ParameterValue")
            .Description("Its value. Secrets are referenced by name; their values are never shown.")
            .Resolve(c => c.Source.Value);
    }
}

/// <summary>An output of a stack.</summary>
sealed class StackOutputsGraphType : ObjectGraphType
{
    public StackOutputsGraphType()
    {
        Name = "StackOutputs";
        Description = "An output of a CloudFormation stack.";
        Field<StringGraphType>("Description").Description("What it is.");
        Field<StringGraphType>("OutputKey").Description("Its name.");
        Field<StringGraphType>("OutputValue").Description("Its value.");
    }
}

/// <summary>The prior system's progress.</summary>
sealed class CommonProgressInfoGraphType : ObjectGraphType<RunProgress>
{
    public CommonProgressInfoGraphType()
    {
        Name = "CommonProgressInfo";
        Description = "Progress in two numbers, each at most 2147483647.";
        Field<IntGraphType>("total").Description("Items to copy found so far.").Resolve(c => Clamp(c.Source.ToCopy));
        Field<IntGraphType>("replicated").Description("Items copied and verified.").Resolve(c => Clamp(c.Source.Copied));
    }

    static int Clamp(long value) => (int)Math.Min(value, int.MaxValue);
}

/// <summary>Something that a clean-up could not remove.</summary>
sealed class LeftoverGraphType : ObjectGraphType<Leftover>
{
    public LeftoverGraphType()
    {
        Name = "Leftover";
        Description = "Something that the clean-up of a run could not remove, for example an unfinished upload.";
        Field<NonNullGraphType<IdGraphType>>("runId").Description("The run.").Resolve(c => c.Source.RunId);
        Field<NonNullGraphType<StringGraphType>>("item")
            .Description("The item to which it belongs; empty if it belongs to the run as a whole.")
            .Resolve(c => c.Source.Left.Item);
        Field<NonNullGraphType<StringGraphType>>("name")
            .Description("Its name, for example the id of the upload.")
            .Resolve(c => c.Source.Left.Name);
        Field<NonNullGraphType<StringGraphType>>("reason")
            .Description("Why it could not be removed, and what to do about it.")
            .Resolve(c => c.Source.Left.Reason);
        Field<NonNullGraphType<AwsDateTimeGraphType>>("since").Description("When it was recorded first.").Resolve(c => c.Source.Since);
        Field<NonNullGraphType<AwsDateTimeGraphType>>("lastAttempt")
            .Description("When its removal was tried last.")
            .Resolve(c => c.Source.LastAttempt);
        Field<NonNullGraphType<IntGraphType>>("attempts")
            .Description("How often its removal was tried.")
            .Resolve(c => c.Source.Attempts);
    }
}

/// <summary>What a run waits for.</summary>
sealed class RunWaitGraphType : ObjectGraphType<RunWait>
{
    public RunWaitGraphType()
    {
        Name = "RunWait";
        Description = "What a run waits for. It goes on by itself; nothing has failed.";
        Field<NonNullGraphType<StringGraphType>>("reason")
            .Description("What happened, and what to do about it.")
            .Resolve(c => c.Source.Reason);
        Field<NonNullGraphType<AwsDateTimeGraphType>>("since").Description("Since when.").Resolve(c => c.Source.Since);
        Field<NonNullGraphType<AwsDateTimeGraphType>>("nextAttempt")
            .Description("When the run tries again.")
            .Resolve(c => c.Source.NextAttempt);
    }
}

/// <summary>A run and its progress.</summary>
sealed class TaskRunGraphType : ObjectGraphType<RunProgress>
{
    public TaskRunGraphType()
    {
        Name = "TaskRun";
        Description = "One run of a task. Counts are never too high. After the run has ended for any reason, "
            + "itemsFound = itemsCopied + itemsUnchanged + itemsVanished + itemsArchived + itemsFailed.";
        Field<NonNullGraphType<IdGraphType>>("id")
            .Description("Id of the run: the task's id, '-r' and the run's number.")
            .Resolve(c => c.Source.RunId);
        Field<NonNullGraphType<RunPhaseGraphType>>("phase").Description("What the run is doing.").Resolve(c => c.Source.Phase);
        Count("itemsFound", "Items found in the source so far that are in scope.", run => run.Found);
        Count("itemsToCopy", "Items to copy found so far.", run => run.ToCopy);
        Count("itemsCopied", "Items copied and verified.", run => run.Copied);
        Count("itemsFailed", "Items that failed (see failedItems), plus itemsNotTried.", run => run.Failed);
        Count(
            "itemsNotTried",
            "Items found that were neither reported as copied nor as failed when the run ended; included in itemsFailed.",
            run => run.NotTried);
        Count("itemsUnchanged", "Items that needed no copy: the destination has them.", run => run.Unchanged);
        Count(
            "itemsVanished",
            "Items that were deleted from the source before they could be copied; a listing made since then no longer has them.",
            run => run.Vanished);
        Count("itemsArchived", "Items that must be restored from an archive before they can be read.", run => run.Archived);
        Count("bytesFound", "Bytes of the items found so far.", run => run.BytesFound);
        Count("bytesToCopy", "Bytes of the items to copy found so far.", run => run.BytesToCopy);
        Count("bytesCopied", "Bytes copied; large items are counted part by part.", run => run.BytesCopied);
        Field<NonNullGraphType<FloatGraphType>>("bytesPerSecond")
            .Description("Average rate of the last 15 seconds, or of the whole run after it has ended.")
            .Resolve(c => c.Source.BytesPerSecond);
        Field<NonNullGraphType<FloatGraphType>>("itemsPerSecond")
            .Description("Average rate of the last 15 seconds, or of the whole run after it has ended.")
            .Resolve(c => c.Source.ItemsPerSecond);
        Field<FloatGraphType>("secondsLeft")
            .Description("Estimated seconds left. Null while it is unknown: the search is not complete, or nothing is being copied.")
            .Resolve(c => c.Source.SecondsLeft);
        Field<NonNullGraphType<AwsDateTimeGraphType>>("startedAt").Description("When the run started.").Resolve(c => c.Source.StartedAt);
        Field<AwsDateTimeGraphType>("finishedAt").Description("When the run ended, or null.").Resolve(c => c.Source.FinishedAt);
        Field<RunWaitGraphType>("waiting")
            .Description("What the run waits for before it goes on by itself, for example the end of an outage; null if it does not wait.")
            .Resolve(c => c.Source.Wait);
    }

    void Count(string name, string description, Func<RunProgress, long> count) =>
        Field<NonNullGraphType<LongGraphType>>(name).Description(description).Resolve(c => count(c.Source));
}
