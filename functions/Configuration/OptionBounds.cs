using System.Globalization;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Configuration;

/// <summary>Collects errors about options that are out of range, each with the option's name in the configuration.</summary>
/// <param name="section">The section of the options.</param>
sealed class OptionBounds(string section)
{
    readonly List<string> _errors = [];

    /// <summary>The errors found.</summary>
    public ValidateOptionsResult Result => _errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_errors);

    /// <summary>Checks that the value lies between the bounds, inclusive.</summary>
    public OptionBounds Check<T>(string name, T value, T least, T most, string unit = "") where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            Add(name, Text(value), $"must be from {Text(least)} to {Text(most)}{unit}");
        return this;
    }

    /// <summary>Adds another error about an option. Leave out the value if it is a secret.</summary>
    public OptionBounds Add(string name, string? value, string rule)
    {
        _errors.Add(value is null ? $"{section}:{name} {rule}." : $"{section}:{name} '{value}' {rule}.");
        return this;
    }

    static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
