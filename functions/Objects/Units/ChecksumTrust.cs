namespace DataTransferHub.Objects.Units;

/// <summary>
/// What this process has learned about the checksums that one bucket returns: some stores return values that only look like checksums. It
/// is not stored, because a new process learns it again with one object. Thread-safe.
/// </summary>
sealed class StoreTrust
{
    /// <summary>The MD5s of whole objects.</summary>
    public ChecksumTrust Whole { get; } = new();

    /// <summary>The MD5s of parts.</summary>
    public ChecksumTrust Parts { get; } = new();

    /// <summary>The checksums of objects joined from parts.</summary>
    public ChecksumTrust Joined { get; } = new();
}

/// <summary>Whether one kind of value that a bucket returns is the checksum that it looks like.</summary>
sealed class ChecksumTrust
{
    volatile State _state;

    enum State
    {
        Unknown,
        Right,
        Doubtful,
        Other,
    }

    /// <summary>Whether a value was equal to the checksum of the bytes, so that a different one means different bytes.</summary>
    public bool IsRight => _state is State.Right;

    /// <summary>Whether an object with another value was read and is right, so that the values mean nothing.</summary>
    public bool IsOther => _state is State.Other;

    /// <summary>Whether the values may mean nothing, so that the destination must get the MD5 to check the bytes itself.</summary>
    public bool IsDoubtful => _state is State.Doubtful or State.Other;

    /// <summary>A value was equal to the checksum of the bytes.</summary>
    public void Confirm()
    {
        if (_state is not State.Other)
            _state = State.Right;
    }

    /// <summary>The same bytes were sent again, and the value was different again.</summary>
    public void Doubt()
    {
        if (_state is State.Unknown)
            _state = State.Doubtful;
    }

    /// <summary>An object with another value was read, and is right.</summary>
    public void Refute() => _state = State.Other;

    /// <summary>An object with another value was read back, and is wrong.</summary>
    public void Restore()
    {
        if (_state is State.Doubtful)
            _state = State.Unknown;
    }
}
