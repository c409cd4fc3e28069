namespace DataTransferHub.Tasks.Plugins;

/// <summary>
/// A task's parameters by name, as the caller sent them. Names are case-sensitive, as in the prior system's templates.
/// </summary>
public sealed class TaskParameters
{
    readonly IReadOnlyDictionary<string, string> _values;

    /// <summary>Wraps the values, which must not contain nulls.</summary>
    public TaskParameters(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>Every name that was sent.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The values by name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The value, or <paramref name="otherwise"/> if the parameter is missing or blank.</summary>
    public string Get(string name, string otherwise = "") =>
        _values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : otherwise;

    /// <summary>Whether the parameter was sent with a value that is not blank.</summary>
    public bool Has(string name) => _values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value);
}
