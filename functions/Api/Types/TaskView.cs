using System.Net;
using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Api.Types;

/// <summary>
/// A task as one operation shows it. The prior system's <c>getTask</c> URL-encodes the description and the two prefixes and its
/// other operations do not; clients written for it decode accordingly.
/// </summary>
sealed record TaskView(TaskRecord Task, bool IsEncoded = false)
{
    public string? Description => Encode(Task.Description);

    // While a run is under way, its time may have passed already: the next run begins when this one has ended.
    public DateTimeOffset? NextRunAt => Task.RunState is RunState.Running ? null : Task.NextRunAt;

    public IEnumerable<TaskParameter> Parameters => Task.Parameters.Select(parameter =>
        parameter.Key is TaskParameterNames.SourcePrefix or TaskParameterNames.DestinationPrefix
            ? parameter with { Value = Encode(parameter.Value) }
            : parameter);

    string? Encode(string? text) => IsEncoded && text is not null ? WebUtility.UrlEncode(text) : text;
}
