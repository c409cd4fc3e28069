namespace DataTransferHub.Storage;

/// <summary>Result codes of <c>sqlite3.h</c> that say what is wrong with a file.</summary>
static class SqliteResult
{
    public const int ReadOnly = 8;
    public const int InputOutput = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int NotADatabase = 26;

    /// <summary>An extended code: the file that connections share has no room on the disk.</summary>
    public const int NoRoomForSharedMemory = 4874;
}
