using DataTransferHub.Storage;

namespace DataTransferHub.Tasks.WorkArea;

/// <summary>A work area that waits, within bounds, where its disk is full or gives errors (<see cref="StorageWait"/>).</summary>
sealed class PatientWorkArea(IWorkArea area, StorageWait wait) : IWorkArea
{
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(
            async () =>
            {
                await area.WriteAsync(path, content, cancellationToken);
                return true;
            },
            cancellationToken);

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(() => area.ReadAsync(path, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(() => area.ListAsync(folder, cancellationToken), cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) =>
        wait.WhileItMayPassAsync(
            async () =>
            {
                await area.DeleteFolderAsync(folder, cancellationToken);
                return true;
            },
            cancellationToken);
}
