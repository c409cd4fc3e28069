namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>A clock whose timers all fire at once: each look finds an hour gone by.</summary>
sealed class ImpatientTime : TimeProvider
{
    long _looks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddHours(Interlocked.Increment(ref _looks));
}
