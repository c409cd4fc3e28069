using System.Globalization;

namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A body as it arrives, with an idle timeout. Every interruption becomes a <see cref="StoreException"/>.
/// </summary>
/// <param name="inner">The network's stream.</param>
/// <param name="side">Which end it comes from.</param>
/// <param name="idleTimeout">The timeout of each read.</param>
/// <param name="time">Measures the timeout.</param>
sealed class BodyStream(Stream inner, StoreSide side, TimeSpan idleTimeout, TimeProvider time) : ForwardBody
{
    readonly CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>The fault for a body that ended before its length.</summary>
    public static StoreException CutShort(StoreSide side, long length, long arrived) => new(
        side, StoreFault.Network, string.Create(CultureInfo.InvariantCulture, $"the body ended after {arrived} of {length} bytes"));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await using var cancelled = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _silence);
        _silence.CancelAfter(idleTimeout);
        try
        {
            return await inner.ReadAsync(buffer, _silence.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TransportFaults.FromSilence(side, idleTimeout);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw TransportFaults.FromTransport(side, fault);
        }
        finally
        {
            if (!_silence.IsCancellationRequested)
                _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _silence.Dispose();
        }

        base.Dispose(disposing);
    }
}
