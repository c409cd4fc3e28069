namespace DataTransferHub.Tasks;

/// <summary>The parameters that a task itself reads; all others are its plugin's.</summary>
static class TaskParameterNames
{
    public const string Schedule = "ec2CronExpression";
    public const string SourcePrefix = "srcPrefix";
    public const string DestinationPrefix = "destPrefix";

    /// <summary>Those that name a secret: of object stores, and of registries.</summary>
    public static readonly string[] Credentials = ["srcCredentials", "destCredentials", "srcCredential", "destCredential"];
}
