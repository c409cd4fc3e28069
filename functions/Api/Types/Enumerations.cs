using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using GraphQL.Types;

namespace DataTransferHub.Api.Types;

/// <summary>The task types of the prior system, whose clients may use them, and those of this hub's plugins.</summary>
sealed class TaskTypeGraphType : EnumerationGraphType
{
    static readonly (string Name, string Description)[] OfPriorSystem =
    [
        ("S3EC2", "Objects between object stores."),
        ("ECR", "Container images between registries."),
    ];

    public TaskTypeGraphType(TransferPlugins plugins)
    {
        Name = "TaskType";
        Description = "What a task moves.";
        var types = OfPriorSystem.Concat(plugins.All.Select(plugin => (plugin.Type, plugin.Description)));
        foreach (var (name, description) in types.DistinctBy(type => type.Item1))
            Add(name, name, description);
    }
}

/// <summary>The engines.</summary>
sealed class TaskEngineGraphType : EnumerationGraphType
{
    public TaskEngineGraphType()
    {
        Name = "TaskEngine";
        Description = "What copies the items of a task.";
        Add("HUB", TaskEngine.Hub, "The hub itself, in runs.");
        Add("STACK", TaskEngine.Stack, "A CloudFormation stack next to the data, which the hub creates, monitors and removes.");
    }
}

/// <summary>The states of a task.</summary>
sealed class TaskProgressGraphType : EnumerationGraphType
{
    public TaskProgressGraphType()
    {
        Name = "TaskProgress";
        Description = "The state of a task.";
        Add("STARTING", TaskProgress.Starting, "A run is about to start.");
        Add("IN_PROGRESS", TaskProgress.InProgress, "A run is in progress, or the task waits for the next run of its schedule.");
        Add("PAUSED", TaskProgress.Paused, "No run starts until the task is resumed.");
        Add("STOPPING", TaskProgress.Stopping, "The run is being ended and its temporary data removed.");
        Add("STOPPED", TaskProgress.Stopped, "Stopped permanently.");
        Add("DONE", TaskProgress.Done, "The only run of a ONE_TIME task, or the last run of a schedule, has ended without failures.");
        Add("ERROR", TaskProgress.Error, "The last run failed, as a whole or for some items; see getErrorMessage.");
    }
}

/// <summary>The kinds of schedules.</summary>
sealed class ScheduleTypeGraphType : EnumerationGraphType
{
    public ScheduleTypeGraphType()
    {
        Name = "ScheduleType";
        Description = "How often a task runs.";
        Add("ONE_TIME", ScheduleType.OneTime, "Once, immediately. The parameter ec2CronExpression is ignored.");
        Add("FIXED_RATE", ScheduleType.FixedRate, "Immediately, and then at the times given by the parameter ec2CronExpression (UTC).");
    }
}

/// <summary>The kinds of failures of a task.</summary>
sealed class TaskErrorCodeGraphType : EnumerationGraphType
{
    public TaskErrorCodeGraphType()
    {
        Name = "TaskErrorCode";
        Description = "The kind of failure of a task.";
        Add("CFN_ERROR", TaskErrorCode.CfnError, "A plugin stack failed.");
        Add("FINDER_ERROR", TaskErrorCode.FinderError, "The source or the destination could not be listed and compared.");
        Add("COMPLETE_CHECK_ERROR", TaskErrorCode.CompleteCheckError, "The run ended, and some items failed.");
        Add("UN_KNOWN", TaskErrorCode.UnKnown, "Anything else.");
    }
}

/// <summary>The phases of a run.</summary>
sealed class RunPhaseGraphType : EnumerationGraphType
{
    public RunPhaseGraphType()
    {
        Name = "RunPhase";
        Description = "What a run is doing.";
        Add(
            "FINDING_AND_COPYING",
            RunPhase.FindingAndCopying,
            "Source and destination are being compared, and changes are copied as they are found.");
        Add("COPYING", RunPhase.Copying, "All changes are found; the remaining ones are being copied.");
        Add("FINISHED", RunPhase.Finished, "The run has ended.");
    }
}
