namespace DataTransferHub.Objects.Stores.Local;

/// <summary>A range of a file that must stay what it is until its last byte was read.</summary>
/// <param name="file">The file, at the beginning of the range.</param>
/// <param name="length">Bytes of the range.</param>
/// <param name="version">The version that it must have.</param>
/// <param name="side">Which end it is.</param>
sealed class LocalBody(FileStream file, long length, ObjectVersion version, StoreSide side) : ForwardBody
{
    long _left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
            return 0;
        var read = await LocalFaults.GuardAsync(
            side, file.Name, async () => await file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken));
        _left -= read;
        if ((_left == 0 || read == 0) && LocalFile.VersionOf(file.SafeFileHandle) != version)
            throw new StoreException(side, StoreFault.PreconditionFailed, $"'{file.Name}' was changed while it was read");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
