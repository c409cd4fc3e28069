using System.Globalization;
using DataTransferHub.Tasks.Schedules;

namespace DataTransferHub.Tasks.Tests.Schedules;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 * * * ? *", "2026-11-22T17:04:05Z", "2026-11-22T18:00:00Z")]
    [InlineData("0/60 * * * ? *", "2026-11-22T17:04:05Z", "2026-11-22T18:00:00Z")]
    [InlineData("*/15 * * * ? *", "2026-11-22T17:04:05Z", "2026-11-22T17:15:00Z")]
    [InlineData("0 */6 ? * * *", "2026-11-22T17:04:05Z", "2026-11-22T18:00:00Z")]
    [InlineData("0 0 */10 * ? *", "2026-11-22T17:04:05Z", "2026-12-01T00:00:00Z")]
    [InlineData("0/5 * * * ? *", "2026-11-22T17:05:00Z", "2026-11-22T17:10:00Z")]
    [InlineData("30 2 * * ? *", "2026-11-22T17:04:05Z", "2026-11-23T02:30:00Z")]
    [InlineData("0 8 ? * 1 *", "2026-11-22T17:04:05Z", "2026-11-29T08:00:00Z")]
    [InlineData("0 8 ? * 2-6 *", "2026-11-22T17:04:05Z", "2026-11-23T08:00:00Z")]
    [InlineData("0 8 ? * SUN *", "2026-11-22T17:04:05Z", "2026-11-29T08:00:00Z")]
    [InlineData("0 8 ? * MON-FRI *", "2026-11-20T17:04:05Z", "2026-11-23T08:00:00Z")]
    [InlineData("0 8 ? * 7 *", "2026-11-22T17:04:05Z", "2026-11-28T08:00:00Z")]
    [InlineData("0 8 ? * L *", "2026-11-22T17:04:05Z", "2026-11-28T08:00:00Z")]
    [InlineData("0 8 ? * 2#1 *", "2026-11-22T17:04:05Z", "2026-12-07T08:00:00Z")]
    [InlineData("0 8 ? * 6L *", "2026-11-22T17:04:05Z", "2026-11-27T08:00:00Z")]
    [InlineData("0 0 L * ? *", "2026-11-22T17:04:05Z", "2026-11-30T00:00:00Z")]
    [InlineData("0 0 1 JAN,JUL ? *", "2026-11-22T17:04:05Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 1 1 ? 2030", "2026-11-22T17:04:05Z", "2030-01-01T00:00:00Z")]
    [InlineData("0 0 1 1 ? 2028-2032/2", "2026-11-22T17:04:05Z", "2028-01-01T00:00:00Z")]
    [InlineData("cron(0 12 * * ? *)", "2026-11-22T17:04:05Z", "2026-11-23T12:00:00Z")]
    public void The_next_time_is_that_of_EventBridge(string schedule, string now, string next) =>
        Assert.Equal(At(next), CronSchedule.Parse(schedule).Next(At(now)));

    [Theory]
    [InlineData("0 0 1 1 ? 2020")]
    [InlineData("0 0 30 2 ? *")]
    public void A_time_that_never_comes_is_none(string schedule) =>
        Assert.Null(CronSchedule.Parse(schedule).Next(At("2026-11-22T17:04:05Z")));

    [Theory]
    [InlineData("")]
    [InlineData("every hour")]
    [InlineData("0 * * * *")]
    [InlineData("0 * ? * ? *")]
    [InlineData("0 * 1 * 1 *")]
    [InlineData("61 * * * ? *")]
    [InlineData("0 25 * * ? *")]
    [InlineData("0 0 ? * 0 *")]
    [InlineData("0 0 ? * 8 *")]
    [InlineData("0 0 1 1 ? 1969")]
    [InlineData("0 0 1 1 ? soon")]
    public void What_is_no_schedule_is_refused(string schedule) => Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule));

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
