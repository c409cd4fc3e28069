namespace DataTransferHub.Tasks.Plugins;

/// <summary>A fault in a caller's input: the field, its value, and what to do about it.</summary>
/// <param name="Field">The field as the caller knows it, for example <c>srcBucket</c>.</param>
/// <param name="Value">Its value, or null if it was missing. Never a secret.</param>
/// <param name="Remedy">One sentence that says what is wrong and what to do.</param>
public sealed record InputError(string Field, string? Value, string Remedy)
{
    /// <summary>The whole message: field, value, remedy.</summary>
    public override string ToString() => Value is null ? $"{Field}: {Remedy}" : $"{Field} '{Value}': {Remedy}";
}
