using Microsoft.Data.Sqlite;
using Xunit;

namespace DataTransferHub.Sqlite.Tests;

/// <summary>What is made of SQLite's result codes (sqlite3.h).</summary>
public sealed class DatabaseFaultTests
{
    const string FilePath = "/data/a.db";
    const int IoErrorOnSharedMemory = 4874;

    [Theory]
    [InlineData(5, 5, DatabaseFault.Unavailable, "cannot be used", true)]
    [InlineData(7, 7, DatabaseFault.Unavailable, "cannot be used", true)]
    [InlineData(8, 8, DatabaseFault.NotWritable, "cannot be written", true)]
    [InlineData(10, 10, DatabaseFault.InputOutput, "gave an input/output error", true)]
    [InlineData(10, IoErrorOnSharedMemory, DatabaseFault.Full, "is full", true)]
    [InlineData(11, 11, DatabaseFault.Damaged, "is damaged (It failed). Restart the hub", false)]
    [InlineData(13, 13, DatabaseFault.Full, "is full", true)]
    [InlineData(14, 14, DatabaseFault.NotWritable, "cannot be written", true)]
    [InlineData(26, 26, DatabaseFault.Unreadable, "is damaged or is not a database", false)]
    public void A_fault_of_the_file_or_its_disk_is_named(int code, int extended, DatabaseFault fault, string words, bool isTransient)
    {
        var told = DatabaseException.OfChange(FilePath, Refusal(code, extended))!;

        Assert.Equal((fault, isTransient), (told.Fault, told.IsTransient));
        Assert.Contains($"'{FilePath}' {words}", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(25)]
    public void A_change_that_is_at_fault_itself_is_not_a_fault_of_the_file(int code) =>
        Assert.Null(DatabaseException.OfChange(FilePath, Refusal(code, code)));

    [Theory]
    [InlineData(7)]
    [InlineData(18)]
    public void A_row_that_claims_to_be_larger_than_memory_is_damage(int code) =>
        Assert.True(DatabaseException.OfRead(FilePath, Refusal(code, code)).IsDamage);

    static SqliteException Refusal(int code, int extended) => new("It failed.", code, extended);
}
