namespace DataTransferHub.Engine.Tests.Engine;

/// <summary>A clock whose timers all fire immediately: each reading is an hour later.</summary>
sealed class ImpatientTime : TimeProvider
{
    long _looks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddHours(Interlocked.Increment(ref _looks));
}
