using System.Security.Cryptography;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Integrity;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Objects.LargeObjects;

/// <summary>Asks for one group of parts.</summary>
/// <param name="Upload">The upload.</param>
/// <param name="Group">The group, from 0.</param>
/// <param name="ChainState">State of the chained MD5 before it, or null.</param>
sealed record PartsRequest(UploadRequest Upload, int Group, string? ChainState);

/// <summary>
/// Copies one group of parts. When it is run again after a crash, parts that are at the destination are not sent again: the source
/// is read to see that they are right.
/// </summary>
sealed class CopyParts(TransferFactory transfers, IWorkArea workArea, IRunLedger ledger, TransferLimiter limiter)
{
    const int PartsAtOnce = 2;

    [Function(nameof(CopyParts))]
    public Task<StepResult> RunAsync([ActivityTrigger] PartsRequest request, CancellationToken cancellationToken) => StepResult.OfAsync(async () =>
    {
        var (run, unitId, attempt) = request.Upload;
        var records = new UploadRecords(workArea, run.RunId, unitId, attempt);
        if (await records.ReadGroupAsync(request.Group, cancellationToken) is { } known) return StepResult.Done with { ChainState = known.ChainState };
        var plan = await records.ReadPlanAsync(cancellationToken)
            ?? throw new InvalidOperationException($"The upload plan of {unitId} of run {run.RunId} is no longer in the work area.");

        var transfer = await transfers.OpenAsync(run, cancellationToken);
        var first = request.Group * plan.PartsPerGroup + 1;
        var last = Math.Min(plan.Parts, first + plan.PartsPerGroup - 1);
        var there = (await ListPartsAsync(transfer, plan, first, last, cancellationToken)).ToDictionary(part => part.Number);
        var etags = new string[last - first + 1];
        var copier = new PartCopier(transfer, plan, limiter, plan.Check == SourceCheck.ChainedMd5 ? ChainedMd5.From(request.ChainState) : null);
        var bytesDone = 0L;
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = plan.Check == SourceCheck.ChainedMd5 ? 1 : PartsAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(Enumerable.Range(first, etags.Length), parallel, async (number, token) =>
        {
            etags[number - first] = await copier.CopyAsync(number, there.TryGetValue(number, out var part) ? part : null, token);
            var done = Interlocked.Add(ref bytesDone, plan.LengthOf(number));
            await ledger.RecordUnitAsync(run.RunId, $"{unitId}/{request.Group}", new UnitOutcome(0, done, 0, []), token);
        });

        var group = new PartGroup(etags, copier.ChainState);
        await records.WriteGroupAsync(request.Group, group, cancellationToken);
        return StepResult.Done with { ChainState = group.ChainState };
    });

    static async Task<IReadOnlyList<UploadedPart>> ListPartsAsync(Transfer transfer, UploadPlan plan, int first, int last, CancellationToken cancellationToken)
    {
        if (!transfer.Destination.Capabilities.ListsUploads) return [];
        try
        {
            return await transfer.Retry.RunAsync(
                token => transfer.Destination.ListPartsAsync(plan.DestinationKey, plan.UploadId, first, last, token), cancellationToken);
        }
        catch (StoreException fault) when (fault.Fault == StoreFault.NotSupported)
        {
            return [];
        }
    }
}

/// <summary>Copies single parts of one large object and verifies each. With a chained MD5, parts must come in order, one at a time.</summary>
sealed class PartCopier(Transfer transfer, UploadPlan plan, TransferLimiter limiter, ChainedMd5? chain)
{
    ChainedMd5? _chain = chain;

    // Set when the destination answers a part with an ETag that is no MD5.
    volatile bool _isHeld = plan.IsHeld;

    /// <summary>State of the chained MD5 after the parts so far, or null.</summary>
    public string? ChainState => _chain?.ExportState();

    /// <summary>Sees to it that the part is at the destination; its ETag there.</summary>
    public async Task<string> CopyAsync(int number, UploadedPart? there, CancellationToken cancellationToken)
    {
        if (there is { } part && part.Size == plan.LengthOf(number) && await IsRightAsync(part, cancellationToken)) return part.ETag;
        return await limiter.RunAsync(
            () => transfer.Retry.RunAsync((_, token) => SendAsync(number, token), cancellationToken), cancellationToken);
    }

    // A part can be there without having been verified: the crash came between its last byte and the look at its ETag.
    async Task<bool> IsRightAsync(UploadedPart part, CancellationToken cancellationToken)
    {
        // The destination verified it by its Content-MD5, and nothing here depends on its bytes.
        if (_isHeld && _chain is null) return true;
        return await limiter.RunAsync(
            () => transfer.Retry.RunAsync(
                async (_, token) =>
                {
                    var next = NextChain();
                    using var hash = new BodyHash(md5: true, chain: next);
                    await transfer.HashAsync(plan.Key, RangeOf(part.Number), part.Size, plan.ETag, hash, token);
                    if (!_isHeld && !ETags.Same(ETags.Of(hash.Md5.Span), part.ETag)) return false;
                    _chain = next;
                    return true;
                },
                cancellationToken),
            cancellationToken);
    }

    async Task<string> SendAsync(int number, CancellationToken cancellationToken)
    {
        var next = NextChain();
        byte[]? known = null;
        if (plan.Check == SourceCheck.ReadTwice)
        {
            using var reading = new BodyHash(md5: true);
            await transfer.HashAsync(plan.Key, RangeOf(number), plan.LengthOf(number), plan.ETag, reading, cancellationToken);
            known = reading.Md5.ToArray();
        }

        var etag = _isHeld && known is null
            ? await limiter.HoldAsync(() => SendHeldAsync(number, next, cancellationToken), cancellationToken)
            : await SendStreamedAsync(number, known, next, cancellationToken);
        _chain = next;
        return etag;
    }

    async Task<string> SendStreamedAsync(int number, byte[]? known, ChainedMd5? next, CancellationToken cancellationToken)
    {
        using var body = await transfer.Source.GetAsync(plan.Key, RangeOf(number), plan.ETag, cancellationToken);
        using var hash = new BodyHash(md5: known is null, chain: next);
        var written = await transfer.Destination.UploadPartAsync(
            plan.DestinationKey, plan.UploadId, number, new RelayedContent(body, plan.LengthOf(number), hash), known, cancellationToken);
        if (!written.HasMd5ETag && known is null)
        {
            _isHeld = true;
            throw new StoreException(StoreSide.Destination, StoreFault.Realigned, "its ETags are no MD5s, so the part is sent again with one");
        }

        return Check(number, written, known ?? hash.Md5);
    }

    Task<string> SendHeldAsync(int number, ChainedMd5? next, CancellationToken cancellationToken) =>
        Transfer.WithBufferAsync((int)plan.LengthOf(number), async buffer =>
        {
            using (var body = await transfer.Source.GetAsync(plan.Key, RangeOf(number), plan.ETag, cancellationToken))
                await Transfer.ReadAsync(body, buffer, cancellationToken);
            next?.Append(buffer.Span);
            var md5 = MD5.HashData(buffer.Span);
            var written = await transfer.Destination.UploadPartAsync(
                plan.DestinationKey, plan.UploadId, number, new MemoryContent(buffer), md5, cancellationToken);
            return Check(number, written, md5);
        });

    static string Check(int number, WriteResult written, ReadOnlyMemory<byte> md5) =>
        written.HasMd5ETag && !ETags.Same(written.ETag, ETags.Of(md5.Span))
            ? throw new StoreException(StoreSide.Destination, StoreFault.Corrupt, $"it stored part {number} with ETag {written.ETag}, sent was {ETags.Of(md5.Span)}")
            : written.ETag;

    ChainedMd5? NextChain() => _chain is null ? null : ChainedMd5.From(_chain.ExportState());

    ByteRange RangeOf(int number) => new((number - 1) * plan.PartSize, plan.LengthOf(number));
}
