namespace DataTransferHub.Tasks.Plugins;

/// <summary>What a task moves. The names are those of the prior system's API.</summary>
public enum TaskType
{
    /// <summary>Objects between object stores.</summary>
    S3EC2,

    /// <summary>Container images between registries.</summary>
    ECR,
}
