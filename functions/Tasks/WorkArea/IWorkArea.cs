namespace DataTransferHub.Tasks.WorkArea;

/// <summary>
/// Where orchestrations store what is too large for history (object lists, plans, upload records), shared by every machine of the hub.
/// Paths are relative and consist of letters, digits, dots, dashes and forward slashes. A write is atomic, and durable when it returns.
/// </summary>
interface IWorkArea
{
    /// <summary>The folder of everything that belongs to a run. It is removed with the run, whatever plugin wrote it.</summary>
    static string FolderOfRun(string runId) => $"runs/{runId}";

    /// <summary>Writes a file, replacing an existing one.</summary>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>The file's content, or null if there is no such file.</summary>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Paths of all files below the folder, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Deletes all files below the folder; does nothing if there are none.</summary>
    Task DeleteFolderAsync(string folder, CancellationToken cancellationToken);
}
