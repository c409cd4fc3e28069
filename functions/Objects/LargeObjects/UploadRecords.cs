using System.Text.Json;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.WorkArea;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>
/// The records of one attempt to copy one large object. Each plan, with the part groups copied by it, has its own name: two executions of
/// one activity may each have made a plan, and only the one that was returned to the orchestrator is used.
/// </summary>
/// <param name="workArea">Where they are stored.</param>
/// <param name="unitId">The unit that is the object.</param>
/// <param name="folder">The attempt's folder.</param>
sealed class UploadRecords(IWorkArea workArea, string unitId, string folder)
{
    const string IntentFile = "/intent";
    const string PlanPrefix = "/plan-";
    const string SoFar = ".so-far";

    public UploadRecords(IWorkArea workArea, UploadRequest upload)
        : this(workArea, upload.UnitId, $"{FolderOf(upload.Run.RunId)}/{upload.UnitId}/attempt-{upload.Attempt}")
    {
    }

    /// <summary>The folder, in the run's folder, that holds all records of uploads.</summary>
    public const string Name = "uploads";

    /// <summary>The unit that is the object.</summary>
    public string UnitId => unitId;

    /// <summary>The attempt's folder.</summary>
    public string Folder => folder;

    /// <summary>Every attempt of a run that has recorded an intent.</summary>
    public static async Task<IReadOnlyList<UploadRecords>> ListAsync(IWorkArea workArea, string runId, CancellationToken cancellationToken)
    {
        var runFolder = FolderOf(runId);
        var files = await workArea.ListAsync(runFolder, cancellationToken);
        return files.Where(file => file.EndsWith(IntentFile, StringComparison.Ordinal)).Select(file => file[..^IntentFile.Length])
            .Select(folder => new UploadRecords(workArea, folder[(runFolder.Length + 1)..folder.LastIndexOf('/')], folder)).ToList();
    }

    public Task<UploadIntent?> ReadIntentAsync(CancellationToken cancellationToken) =>
        ReadAsync<UploadIntent>(IntentFile, cancellationToken);

    public Task WriteIntentAsync(UploadIntent intent, CancellationToken cancellationToken) =>
        WriteAsync(IntentFile, intent, cancellationToken);

    /// <summary>Names of the plans.</summary>
    public async Task<IReadOnlyList<string>> ListPlansAsync(CancellationToken cancellationToken)
    {
        var files = await workArea.ListAsync(folder, cancellationToken);
        return files.Where(file => file.StartsWith(folder + PlanPrefix, StringComparison.Ordinal) && file.LastIndexOf('/') == folder.Length)
            .Select(file => file[(folder.Length + PlanPrefix.Length)..]).ToList();
    }

    /// <exception cref="InvalidOperationException">The plan does not exist: the run has been cleaned up.</exception>
    public async Task<UploadPlan> ReadPlanAsync(string? name, CancellationToken cancellationToken) =>
        await ReadAsync<UploadPlan>(PlanPrefix + name, cancellationToken)
        ?? throw new InvalidOperationException($"The upload plan {folder}{PlanPrefix}{name} is no longer in the work area.");

    public Task WritePlanAsync(string name, UploadPlan plan, CancellationToken cancellationToken) =>
        WriteAsync(PlanPrefix + name, plan, cancellationToken);

    public Task<PartGroup?> ReadGroupAsync(string? plan, int group, CancellationToken cancellationToken) =>
        ReadAsync<PartGroup>(GroupFile(plan, group), cancellationToken);

    /// <summary>The parts of a group that were confirmed before it was interrupted; null if there are none.</summary>
    public Task<ConfirmedParts?> ReadConfirmedAsync(string? plan, int group, CancellationToken cancellationToken) =>
        ReadAsync<ConfirmedParts>(GroupFile(plan, group) + SoFar, cancellationToken);

    public Task WriteConfirmedAsync(string? plan, int group, ConfirmedParts parts, CancellationToken cancellationToken) =>
        WriteAsync(GroupFile(plan, group) + SoFar, parts, cancellationToken);

    public Task WriteGroupAsync(string? plan, int group, PartGroup parts, CancellationToken cancellationToken) =>
        WriteAsync(GroupFile(plan, group), parts, cancellationToken);

    /// <summary>Whether a request to join the parts may have been sent.</summary>
    public async Task<bool> WasJoinAskedAsync(string? plan, CancellationToken cancellationToken) =>
        await workArea.ReadAsync(JoinFile(plan), cancellationToken) is not null;

    public Task WriteJoinAskedAsync(string? plan, CancellationToken cancellationToken) =>
        workArea.WriteAsync(JoinFile(plan), ReadOnlyMemory<byte>.Empty, cancellationToken);

    string JoinFile(string? plan) => $"{folder}/groups-{plan}/join-asked";

    static string GroupFile(string? plan, int group) => $"/groups-{plan}/group-{group}";

    static string FolderOf(string runId) => $"{CopyUnits.RunFolder(runId)}/{Name}";

    async Task<T?> ReadAsync<T>(string name, CancellationToken cancellationToken)
        where T : class =>
        await workArea.ReadAsync(folder + name, cancellationToken) is { } content ? JsonSerializer.Deserialize<T>(content) : null;

    Task WriteAsync<T>(string name, T record, CancellationToken cancellationToken) =>
        workArea.WriteAsync(folder + name, JsonSerializer.SerializeToUtf8Bytes(record), cancellationToken);
}
