namespace DataTransferHub.Tasks.Plugins;

/// <summary>What copies the items of a task.</summary>
enum TaskEngine
{
    /// <summary>The hub itself, in runs.</summary>
    Hub,

    /// <summary>A CloudFormation stack next to the data, which the hub creates, monitors and removes.</summary>
    Stack,
}
