using System.Globalization;
using Cronos;

namespace DataTransferHub.Tasks.Schedules;

/// <summary>
/// A schedule in the syntax of Amazon EventBridge: six fields (minutes, hours, day of month, month, day of week, year), in UTC, with Sunday
/// as day 1 and <c>?</c> in one of the two day fields. Enclosing <c>cron(…)</c> is accepted.
/// </summary>
sealed class CronSchedule
{
    const int FirstYear = 1970;
    const int LastYear = 2199;

    readonly CronExpression _times;
    readonly IReadOnlyList<(int First, int Last, int Step)> _years;

    CronSchedule(CronExpression times, IReadOnlyList<(int First, int Last, int Step)> years)
    {
        _times = times;
        _years = years;
    }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">The schedule is not valid; the message says why.</exception>
    public static CronSchedule Parse(string text)
    {
        var body = text.Trim();
        if (body.StartsWith("cron(", StringComparison.OrdinalIgnoreCase) && body.EndsWith(')'))
            body = body[5..^1];

        var fields = body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 6)
            throw new FormatException(
                $"it has {fields.Length} fields instead of 6 (minutes, hours, day of month, month, day of week, year)");
        var (dayOfMonth, dayOfWeek) = (fields[2], fields[4]);
        if (dayOfMonth == "?" && dayOfWeek == "?")
            throw new FormatException("'?' is allowed in the day of month or in the day of week, but not in both");
        if (dayOfMonth is not ("?" or "*") && dayOfWeek is not ("?" or "*"))
            throw new FormatException("day of month and day of week cannot both be set; use '?' in one of them");

        // EventBridge reads a '*' beside a restricted day field as '?'; Cronos does the same.
        var standard = string.Join(' ', Minutes(fields[0], 59), Minutes(fields[1], 23), dayOfMonth, fields[3], DaysOfWeek(dayOfWeek));
        try
        {
            return new CronSchedule(CronExpression.Parse(standard), Years(fields[5]));
        }
        catch (CronFormatException e)
        {
            throw new FormatException(e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>The first time after <paramref name="after"/>, or null if there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = after.UtcDateTime;
        while (_times.GetNextOccurrence(from) is { } next)
        {
            if (_years.Any(range => Contains(range, next.Year)))
                return new DateTimeOffset(next, TimeSpan.Zero);

            var year = Enumerable.Range(next.Year + 1, Math.Max(0, LastYear - next.Year)).FirstOrDefault(
                year => _years.Any(range => Contains(range, year)));
            if (year == 0)
                return null;
            from = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(-1);
        }

        return null;
    }

    // EventBridge accepts a step as long as the field's range ('0/60'), which means once; Cronos does not.
    static string Minutes(string field, int last) => string.Join(',', field.Split(',').Select(item =>
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && int.TryParse(
            item.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step > last
            ? item[..slash] is "*" ? "0" : item[..slash].Split('-')[0]
            : item;
    }));

    // Sunday is 1 in EventBridge and 0 elsewhere. Names, '#', 'L', '?' and steps keep their meaning.
    static string DaysOfWeek(string field) => string.Join(',', field.Split(',').Select(item =>
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var (days, step) = slash < 0 ? (item, "") : (item[..slash], item[slash..]);
        if (step.Length > 0 && days is not ("*" or "?") && !days.Contains('-', StringComparison.Ordinal))
            days += "-7";
        if (days is "L")
            return "6" + step;
        return string.Join('-', days.Split('-').Select(Day)) + step;
    }));

    static string Day(string day)
    {
        var digits = day.TakeWhile(char.IsAsciiDigit).Count();
        if (digits == 0)
            return day;
        if (!int.TryParse(day.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 7)
            throw new FormatException($"'{day}' is not a day of week; use 1 (Sunday) to 7 (Saturday), or SUN to SAT");
        return (number - 1).ToString(CultureInfo.InvariantCulture) + day[digits..];
    }

    static List<(int First, int Last, int Step)> Years(string field) => [.. field.Split(',').Select(item =>
    {
        var parts = item.Split('/');
        var step = parts.Length == 1 ? 1 : Number(parts[1], 1, LastYear);
        if (parts.Length > 2)
            throw Wrong(item);
        if (parts[0] == "*")
            return (FirstYear, LastYear, step);
        var range = parts[0].Split('-');
        var first = Number(range[0], FirstYear, LastYear);
        return range.Length switch
        {
            1 => (first, parts.Length == 1 ? first : LastYear, step),
            2 => (first, Number(range[1], first, LastYear), step),
            _ => throw Wrong(item),
        };

        int Number(string text, int least, int most) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw Wrong(item);
    })];

    static FormatException Wrong(string item) => new($"'{item}' is not a valid year; use {FirstYear} to {LastYear}, or '*'");

    static bool Contains((int First, int Last, int Step) range, int year) =>
        year >= range.First && year <= range.Last && (year - range.First) % range.Step == 0;
}
