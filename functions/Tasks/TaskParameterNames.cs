namespace DataTransferHub.Tasks;

/// <summary>The parameters that a task itself reads; all others are its plugin's.</summary>
static class TaskParameterNames
{
    /// <summary>When the hub starts the runs of a FIXED_RATE task: a cron expression.</summary>
    public const string Schedule = "ec2CronExpression";
}
