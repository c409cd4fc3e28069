using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using GraphQL.Types;

namespace DataTransferHub.Api.Types;

/// <summary>The types of the prior system, whose clients may name them, and those of this hub's plugins.</summary>
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
        Add("STACK", TaskEngine.Stack, "A CloudFormation stack next to the data, which the hub creates, follows and removes.");
    }
}

/// <summary>The states of a task.</summary>
sealed class TaskProgressGraphType : EnumerationGraphType
{
    public TaskProgressGraphType()
    {
        Name = "TaskProgress";
        Description = "Where a task is in its life.";
        Add("STARTING", TaskProgress.Starting, "A run is about to begin.");
        Add("IN_PROGRESS", TaskProgress.InProgress, "A run is under way, or the next run of a schedule is waited for.");
        Add("PAUSED", TaskProgress.Paused, "No run begins until the task is resumed.");
        Add("STOPPING", TaskProgress.Stopping, "The run is being ended, and what it left behind removed.");
        Add("STOPPED", TaskProgress.Stopped, "Stopped for good.");
        Add("DONE", TaskProgress.Done, "The only run of a ONE_TIME task, or the last of a schedule, has ended, and nothing failed.");
        Add("ERROR", TaskProgress.Error, "The last run failed, as a whole or for some items: see getErrorMessage.");
    }
}

/// <summary>The kinds of schedules.</summary>
sealed class ScheduleTypeGraphType : EnumerationGraphType
{
    public ScheduleTypeGraphType()
    {
        Name = "ScheduleType";
        Description = "How often a task runs.";
        Add("ONE_TIME", ScheduleType.OneTime, "Once, at once. The parameter ec2CronExpression is ignored.");
        Add("FIXED_RATE", ScheduleType.FixedRate, "At once, and then at the times of the parameter ec2CronExpression (UTC).");
    }
}

/// <summary>The kinds of failures of a task.</summary>
sealed class TaskErrorCodeGraphType : EnumerationGraphType
{
    public TaskErrorCodeGraphType()
    {
        Name = "TaskErrorCode";
        Description = "What kind of failure a task shows.";
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
            "Source and destination are being compared, and changes copied as they are found.");
        Add("COPYING", RunPhase.Copying, "Everything is found; what is left is copied.");
        Add("FINISHED", RunPhase.Finished, "The run is over.");
    }
}
