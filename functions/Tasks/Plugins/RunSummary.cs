namespace DataTransferHub.Tasks.Plugins;

/// <summary>The result of a run. <c>Found = Copied + Failed + Skipped</c>.</summary>
/// <param name="Found">Items in the source that were in scope.</param>
/// <param name="Copied">Items copied and verified.</param>
/// <param name="Failed">Items that failed after the maximum number of retries.</param>
/// <param name="Skipped">
/// Items that needed no copy or cannot be copied: unchanged, archived or vanished. The ledger tells them apart.
/// </param>
/// <param name="BytesCopied">Bytes of the copied items.</param>
public sealed record RunSummary(long Found, long Copied, long Failed, long Skipped, long BytesCopied);
