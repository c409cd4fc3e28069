using System.Globalization;

namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A body as it arrives, with an idle timeout, and a least rate: a store that sends a byte now and then would hold its slot for ever. Every
/// interruption becomes a <see cref="StoreException"/>.
/// </summary>
/// <param name="inner">The network's stream.</param>
/// <param name="side">Which end it comes from.</param>
/// <param name="idleTimeout">The timeout of each read.</param>
/// <param name="time">Measures the timeout.</param>
sealed class BodyStream(Stream inner, StoreSide side, TimeSpan idleTimeout, TimeProvider time) : ForwardBody
{
    // Less than the slowest link gives to one of many streams.
    const int LeastBytes = 4096;
    static readonly TimeSpan RatePeriod = TimeSpan.FromMinutes(1);

    long _bytesOfPeriod;
    TimeSpan _waited;

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
            var asked = time.GetTimestamp();
            var read = await inner.ReadAsync(buffer, _silence.Token);
            RequireRate(read, asked);
            return read;
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

    // Only time spent waiting for the store counts: the other store may take its time between two reads.
    void RequireRate(int read, long asked)
    {
        _bytesOfPeriod += read;
        _waited += time.GetElapsedTime(asked);
        if (_bytesOfPeriod >= LeastBytes)
        {
            (_bytesOfPeriod, _waited) = (0, TimeSpan.Zero);
        }
        else if (_waited >= RatePeriod && read > 0)
        {
            throw new StoreException(
                side, StoreFault.Timeout, $"it sent {_bytesOfPeriod} bytes in {_waited.TotalSeconds:0} seconds, fewer than {LeastBytes}");
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
