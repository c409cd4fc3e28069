using System.Text.Json;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>What is written down about one attempt to copy one large object.</summary>
/// <param name="workArea">Where it is written.</param>
/// <param name="folder">The attempt's folder.</param>
sealed class UploadRecords(IWorkArea workArea, string folder)
{
    const string IntentFile = "/intent";

    public UploadRecords(IWorkArea workArea, string runId, string unitId, int attempt)
        : this(workArea, $"{FolderOf(runId)}/{unitId}/attempt-{attempt}")
    {
    }

    /// <summary>Every attempt of a run that got as far as to announce an upload.</summary>
    public static async Task<IReadOnlyList<UploadRecords>> ListAsync(IWorkArea workArea, string runId, CancellationToken cancellationToken)
    {
        var files = await workArea.ListAsync(FolderOf(runId), cancellationToken);
        return files.Where(file => file.EndsWith(IntentFile, StringComparison.Ordinal))
            .Select(file => new UploadRecords(workArea, file[..^IntentFile.Length])).ToList();
    }

    public Task<UploadIntent?> ReadIntentAsync(CancellationToken cancellationToken) => ReadAsync<UploadIntent>(IntentFile, cancellationToken);

    public Task WriteIntentAsync(UploadIntent intent, CancellationToken cancellationToken) => WriteAsync(IntentFile, intent, cancellationToken);

    public Task<UploadPlan?> ReadPlanAsync(CancellationToken cancellationToken) => ReadAsync<UploadPlan>("/plan", cancellationToken);

    public Task WritePlanAsync(UploadPlan plan, CancellationToken cancellationToken) => WriteAsync("/plan", plan, cancellationToken);

    public Task<PartGroup?> ReadGroupAsync(int group, CancellationToken cancellationToken) => ReadAsync<PartGroup>($"/group-{group}", cancellationToken);

    public Task WriteGroupAsync(int group, PartGroup parts, CancellationToken cancellationToken) => WriteAsync($"/group-{group}", parts, cancellationToken);

    static string FolderOf(string runId) => $"{CopyUnits.RunFolder(runId)}/uploads";

    async Task<T?> ReadAsync<T>(string name, CancellationToken cancellationToken)
        where T : class =>
        await workArea.ReadAsync(folder + name, cancellationToken) is { } content ? JsonSerializer.Deserialize<T>(content) : null;

    Task WriteAsync<T>(string name, T record, CancellationToken cancellationToken) =>
        workArea.WriteAsync(folder + name, JsonSerializer.SerializeToUtf8Bytes(record), cancellationToken);
}
