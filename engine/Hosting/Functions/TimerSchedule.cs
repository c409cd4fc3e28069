using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cronos;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>The times of a timer function, in UTC.</summary>
abstract class TimerSchedule
{
    /// <summary>The first time after <paramref name="after"/>, or null if there is none.</summary>
    internal abstract DateTime? Next(DateTime after);

    /// <summary>
    /// Reads an interval (<c>hh:mm:ss</c>) or a cron expression: second, minute, hour, day, month, weekday; the seconds may be omitted.
    /// </summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out TimerSchedule? schedule)
    {
        schedule = null;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
                schedule = new Interval(interval);
        }
        else
        {
            var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            if (CronExpression.TryParse(text, fields == 5 ? CronFormat.Standard : CronFormat.IncludeSeconds, out var cron))
                schedule = new Cron(cron);
        }

        return schedule is not null;
    }

    sealed class Interval(TimeSpan interval) : TimerSchedule
    {
        internal override DateTime? Next(DateTime after) => after + interval;
    }

    sealed class Cron(CronExpression expression) : TimerSchedule
    {
        internal override DateTime? Next(DateTime after) => expression.GetNextOccurrence(after);
    }
}
