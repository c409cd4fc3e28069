using DataTransferHub.Storage;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>Maps errors of the file system to <see cref="StoreFault"/>s.</summary>
static class LocalFaults
{
    /// <summary>Runs an operation on a file or folder.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public static async Task<T> GuardAsync<T>(StoreSide side, string path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (Of(side, path, fault) is { } known)
        {
            throw known;
        }
    }

    /// <summary>There is no file for a key.</summary>
    public static StoreException NotFound(StoreSide side, string key) => new(side, StoreFault.NotFound, $"there is no file for '{key}'");

    /// <summary>There is no such upload.</summary>
    public static StoreException NoSuchUpload(StoreSide side, UploadSession session) =>
        new(side, StoreFault.NoSuchUpload, $"there is no upload {session}");

    static StoreException? Of(StoreSide side, string path, Exception fault) => fault switch
    {
        FileNotFoundException or DirectoryNotFoundException => new StoreException(
            side, StoreFault.NotFound, $"'{path}' does not exist", inner: fault),
        UnauthorizedAccessException => new StoreException(
            side, StoreFault.AccessDenied, $"'{path}' cannot be read or written: permission denied", inner: fault,
            remedy: "Give the hub's user permission to read the source's folder and to write to the destination's."),
        PathTooLongException => new StoreException(
            side, StoreFault.Invalid, $"the path of '{path}' is too long", inner: fault, remedy: "Use shorter keys or a shorter prefix."),
        IOException when StorageException.Find(fault, path) is { } storage => new StoreException(
            side, StoreFault.ServerError, storage.Message, inner: fault, remedy: "Then retry."),
        IOException => new StoreException(
            side, StoreFault.ServerError, fault.Message, inner: fault, remedy: "Check the file system of the folder, then retry."),
        _ => null,
    };
}
