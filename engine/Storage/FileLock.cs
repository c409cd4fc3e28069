namespace DataTransferHub.Engine.Storage;

/// <summary>A file that one process holds; the operating system releases it when the process ends, however it ends.</summary>
static class FileLock
{
    // EWOULDBLOCK of flock on Linux and on macOS, and a sharing violation on Windows.
    const int HeldOnLinux = 11;
    const int HeldOnMacOS = 35;
    const int HeldOnWindows = unchecked((int)0x80070020);

    /// <summary>Locks the file, and creates it when it is missing.</summary>
    /// <exception cref="IOException">It is locked (see <see cref="IsHeldElsewhere"/>), or cannot be created or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The permissions do not allow it.</exception>
    public static FileStream Take(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Whether another process holds the file. All other failures have another reason.</summary>
    public static bool IsHeldElsewhere(Exception e) => e is IOException { HResult: HeldOnLinux or HeldOnMacOS or HeldOnWindows };
}
