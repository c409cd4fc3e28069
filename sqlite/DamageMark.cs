namespace DataTransferHub.Sqlite;

/// <summary>
/// Remembers, in a file beside the database, that damage was met while it was in use: the next start searches the whole file, whatever
/// its size.
/// </summary>
sealed class DamageMark(string path)
{
    readonly string _mark = path + ".suspect";

    public bool IsSet => File.Exists(_mark);

    /// <summary>Remembers the fault if it is damage.</summary>
    /// <returns>The fault.</returns>
    public DatabaseException Note(DatabaseException fault)
    {
        try
        {
            if (fault.IsDamage && !IsSet)
                File.Create(_mark).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where nothing can be written, the fault itself is all that can be told.
        }
        return fault;
    }

    public void Clear() => File.Delete(_mark);
}
