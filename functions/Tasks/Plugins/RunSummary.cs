namespace DataTransferHub.Tasks.Plugins;

/// <summary>What a run did in the end. <c>Found = Copied + Failed + Skipped</c>.</summary>
/// <param name="Found">Items in the source that were in scope.</param>
/// <param name="Copied">Items copied and verified.</param>
/// <param name="Failed">Items given up after bounded retries.</param>
/// <param name="Skipped">Items that needed no copy or could not be copied by their nature (unchanged, archived, gone meanwhile).</param>
/// <param name="BytesCopied">Bytes of the copied items.</param>
public sealed record RunSummary(long Found, long Copied, long Failed, long Skipped, long BytesCopied);
