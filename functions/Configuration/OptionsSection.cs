using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Configuration;

/// <summary>
/// Reads the options of a section one by one, so that an error about a value of the wrong type or an unknown name gives the name in the
/// configuration.
/// </summary>
/// <param name="configuration">The whole configuration.</param>
/// <param name="section">Name of the section.</param>
/// <param name="others">Names in the section that belong to other options classes.</param>
sealed class OptionsSection<TOptions>(IConfiguration configuration, string section, params string[] others) : IConfigureOptions<TOptions>
    where TOptions : class
{
    static readonly PropertyInfo[] Known = [.. typeof(TOptions).GetProperties().Where(property => property.CanWrite)];

    /// <exception cref="OptionsValidationException">With everything that is wrong in the section.</exception>
    public void Configure(TOptions options)
    {
        var errors = new List<string>();
        foreach (var entry in configuration.GetSection(section).GetChildren())
        {
            if (others.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
                continue;
            if (Known.FirstOrDefault(property => property.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase)) is not { } option)
                errors.Add($"{section}:{entry.Key} is not an option. Did you mean {section}:{Nearest(entry.Key)}?");
            // An empty environment variable counts as not set.
            else if (string.IsNullOrWhiteSpace(entry.Value))
                continue;
            else if (TryRead(entry.Value, option.PropertyType, out var value))
                option.SetValue(options, value);
            else
                errors.Add($"{section}:{option.Name} '{entry.Value}' must be {Kind(option.PropertyType)}, such as {Example(option)}.");
        }

        if (errors.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), errors);
    }

    static bool TryRead(string text, Type type, out object? value)
    {
        var (isRead, read) = Type.GetTypeCode(type) switch
        {
            TypeCode.String => (true, text),
            TypeCode.Int32 => (int.TryParse(text, CultureInfo.InvariantCulture, out var number), number),
            TypeCode.Int64 => (long.TryParse(text, CultureInfo.InvariantCulture, out var number), number),
            TypeCode.Boolean => (bool.TryParse(text, out var flag), (object)flag),
            _ when type == typeof(TimeSpan) => (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time), time),
            _ => throw new NotSupportedException($"An option of type {type} cannot be read from the configuration."),
        };
        value = read;
        return isRead;
    }

    static string Kind(Type type) =>
        type == typeof(TimeSpan) ? "a time of the form hh:mm:ss"
        : type == typeof(bool) ? "true or false"
        : "a whole number";

    static string Example(PropertyInfo option) =>
        Convert.ToString(option.GetValue(Activator.CreateInstance<TOptions>()), CultureInfo.InvariantCulture)!;

    string Nearest(string name) => NearestName.Of(name, Known.Select(property => property.Name).Concat(others));
}
