using System.Text.Json;

namespace DataTransferHub.Cli.Hub;

/// <summary>A task as the API shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Progress"><c>STARTING</c>, <c>IN_PROGRESS</c>, <c>DONE</c>, <c>ERROR</c>, …</param>
/// <param name="ErrorCode">The kind of failure, or null.</param>
/// <param name="ErrorMessage">What failed, or null.</param>
/// <param name="Run">The newest run, or null before the first.</param>
public sealed record HubTask(string Id, string Progress, string? ErrorCode, string? ErrorMessage, HubRun? Run)
{
    internal const string Fields =
        """
        id progress errorCode errorMessage
        run {
          id phase itemsFound itemsToCopy itemsCopied itemsFailed itemsUnchanged itemsVanished itemsArchived
          bytesFound bytesToCopy bytesCopied bytesPerSecond itemsPerSecond secondsLeft
        }
        """;

    /// <summary>Whether the task has ended.</summary>
    public bool IsOver => Progress is "DONE" or "ERROR" or "STOPPED";

    internal static HubTask Read(JsonElement task) => task.Deserialize<HubTask>(JsonSerializerOptions.Web)!;
}

/// <summary>The counts of a run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Phase"><c>FINDING_AND_COPYING</c>, <c>COPYING</c> or <c>FINISHED</c>.</param>
/// <param name="ItemsFound">Objects found in the source.</param>
/// <param name="ItemsToCopy">Objects to copy.</param>
/// <param name="ItemsCopied">Objects copied and verified.</param>
/// <param name="ItemsFailed">Objects that failed.</param>
/// <param name="ItemsUnchanged">Objects that needed no copy.</param>
/// <param name="ItemsVanished">Objects that were deleted before they could be copied.</param>
/// <param name="ItemsArchived">Objects that must be restored from an archive.</param>
/// <param name="BytesFound">Bytes found.</param>
/// <param name="BytesToCopy">Bytes to copy.</param>
/// <param name="BytesCopied">Bytes copied.</param>
/// <param name="BytesPerSecond">Rate in bytes.</param>
/// <param name="ItemsPerSecond">Rate in objects.</param>
/// <param name="SecondsLeft">Estimated seconds left, or null.</param>
public sealed record HubRun(
    string Id,
    string Phase,
    long ItemsFound,
    long ItemsToCopy,
    long ItemsCopied,
    long ItemsFailed,
    long ItemsUnchanged,
    long ItemsVanished,
    long ItemsArchived,
    long BytesFound,
    long BytesToCopy,
    long BytesCopied,
    double BytesPerSecond,
    double ItemsPerSecond,
    double? SecondsLeft);

/// <summary>An object that failed permanently.</summary>
/// <param name="Key">Its key in the source.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why it failed and what to do.</param>
public sealed record FailedItem(string Key, int Attempts, string Error);
