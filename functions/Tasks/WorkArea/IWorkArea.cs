namespace DataTransferHub.Tasks.WorkArea;

/// <summary>
/// Where orchestrations keep what is too large for history (object lists, plans, upload records), shared by every machine of the
/// hub. Paths are relative, with forward slashes, of letters, digits, dots, dashes and slashes. A file is written whole or not at
/// all, and is durable when the write returns.
/// </summary>
interface IWorkArea
{
    /// <summary>Writes a file, replacing one that is there.</summary>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>The file's content, or null when there is none.</summary>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Paths of all files below the folder, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Deletes all files below the folder; does nothing when there are none.</summary>
    Task DeleteFolderAsync(string folder, CancellationToken cancellationToken);
}
