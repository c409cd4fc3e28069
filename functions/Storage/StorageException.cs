using DataTransferHub.Sqlite;

namespace DataTransferHub.Storage;

/// <summary>The hub's own storage failed: it is full, cannot be written or is damaged. The message names the file and the remedy.</summary>
sealed class StorageException : Exception
{
    // The platform's own codes, as .NET keeps them: errno, or an HRESULT on Windows.
    const int Eio = 5;
    const int Enospc = 28;
    const int Erofs = 30;
    const int EdquotOfLinux = 122;
    const int EdquotOfMacOS = 69;
    const int ErrorDiskFull = unchecked((int)0x80070070);
    const int ErrorHandleDiskFull = unchecked((int)0x80070027);
    const int ErrorWriteProtect = unchecked((int)0x80070013);

    StorageException(string message, bool isFull, bool mayPass, Exception cause)
        : base(message, cause) => (IsFull, MayPass) = (isFull, mayPass);

    /// <summary>Whether there is no space left; otherwise the storage has another fault.</summary>
    public bool IsFull { get; }

    /// <summary>Whether the same write or read may succeed later; damage does not pass by itself.</summary>
    public bool MayPass { get; }

    /// <summary>The failure of the storage that is behind an exception, or null when something else is.</summary>
    /// <param name="exception">The exception, or one that it caused.</param>
    /// <param name="path">The file or folder to name, unless the exception names it itself.</param>
    public static StorageException? Find(Exception? exception, string path)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            var found = cause switch
            {
                StorageException known => known,
                // What the durable client throws where the file of the histories is damaged; its message names the file and the remedy.
                InvalidDataException damage => new StorageException(damage.Message, isFull: false, mayPass: false, damage),
                DatabaseException
                {
                    Fault: DatabaseFault.Full or DatabaseFault.InputOutput or DatabaseFault.NotWritable or DatabaseFault.Damaged
                        or DatabaseFault.Unreadable,
                } fault => new StorageException(fault.Message, fault.Fault == DatabaseFault.Full, fault.IsTransient, fault),
                IOException fault => Of(fault, path),
                _ => null,
            };
            if (found is not null)
                return found;
        }

        return null;
    }

    /// <summary>The file or folder cannot be written.</summary>
    public static StorageException Unwritable(string path, Exception cause) =>
        new(FaultText.NotWritable(path), isFull: false, mayPass: true, cause);

    static StorageException? Of(IOException fault, string path) => fault.HResult switch
    {
        Enospc or EdquotOfLinux or EdquotOfMacOS or ErrorDiskFull or ErrorHandleDiskFull =>
            new StorageException(FaultText.Full(path), isFull: true, mayPass: true, fault),
        Erofs or ErrorWriteProtect => Unwritable(path, fault),
        Eio => new StorageException(FaultText.InputOutput(path, fault.Message), isFull: false, mayPass: true, fault),
        _ => null,
    };
}
