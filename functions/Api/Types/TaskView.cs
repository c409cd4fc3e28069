using System.Net;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Api.Types;

/// <summary>
/// A task as one operation shows it. The prior system's <c>getTask</c> URL-encodes the description and the two prefixes, its other
/// operations do not, and clients written for it decode accordingly.
/// </summary>
/// <param name="Task">The task.</param>
/// <param name="Encoded">Names of the parameters to encode, besides the description; null to encode nothing.</param>
sealed record TaskView(TaskRecord Task, IReadOnlySet<string>? Encoded = null)
{
    public string? Description => Encode(Task.Description);

    // While a run is in progress, the next time may already have passed: the next run then starts when this one has ended.
    public DateTimeOffset? NextRunAt => Task.RunState is RunState.Running ? null : Task.NextRunAt;

    public IEnumerable<TaskParameter> Parameters => Task.Parameters.Select(parameter =>
        Encoded?.Contains(parameter.Key) == true
            ? parameter with { Value = Encode(parameter.Value) }
            : parameter);

    string? Encode(string? text) => Encoded is not null && text is not null ? WebUtility.UrlEncode(text) : text;
}
