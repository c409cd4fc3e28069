namespace DataTransferHub.Tasks.Limits;

/// <summary>To what limits apply.</summary>
enum LimitedKind
{
    /// <summary>All that is done for one task; its name is the task's id.</summary>
    Task,

    /// <summary>All that is done with one endpoint, for whatever task; its name is the endpoint's.</summary>
    Endpoint,
}

/// <summary>A task or an endpoint.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Name">Its name.</param>
readonly record struct LimitedScope(LimitedKind Kind, string Name)
{
    public static LimitedScope OfTask(string id) => new(LimitedKind.Task, id);

    public static LimitedScope OfEndpoint(string name) => new(LimitedKind.Endpoint, name);
}
