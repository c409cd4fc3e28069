namespace DataTransferHub.Tasks.Plugins;

/// <summary>External events that are sent to every running orchestration of a run.</summary>
static class RunEvents
{
    /// <summary>The task was resumed. A paused run asks whether it may go on.</summary>
    public const string Resumed = "resumed";
}
