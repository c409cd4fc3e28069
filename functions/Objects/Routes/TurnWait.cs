namespace DataTransferHub.Objects.Routes;

/// <summary>How a transfer waits for memory and for its turn.</summary>
/// <param name="Cancellation">Cancels the wait.</param>
/// <param name="Patience">Cancels it too, but is without effect once the transfer has begun.</param>
readonly record struct TurnWait(CancellationToken Cancellation, CancellationToken Patience = default)
{
    public static implicit operator TurnWait(CancellationToken cancellation) => new(cancellation);

    /// <exception cref="OperationCanceledException">The wait is over.</exception>
    public void ThrowIfOver()
    {
        Cancellation.ThrowIfCancellationRequested();
        Patience.ThrowIfCancellationRequested();
    }

    /// <summary>Calls back when the wait is over; until the result is disposed.</summary>
    public Registrations Register(Action<CancellationToken> over) => new(
        Cancellation.UnsafeRegister(static (over, token) => ((Action<CancellationToken>)over!)(token), over),
        Patience.UnsafeRegister(static (over, token) => ((Action<CancellationToken>)over!)(token), over));

    /// <summary>The registrations with both tokens.</summary>
    public readonly struct Registrations(CancellationTokenRegistration one, CancellationTokenRegistration other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
