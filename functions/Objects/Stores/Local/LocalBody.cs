namespace DataTransferHub.Objects.Stores.Local;

/// <summary>A range of a file that must not change until its last byte has been read.</summary>
/// <param name="file">The file, positioned at the start of the range.</param>
/// <param name="length">Length of the range in bytes.</param>
/// <param name="version">The version that the file must have.</param>
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
            throw new StoreException(side, StoreFault.PreconditionFailed, $"'{file.Name}' changed while it was being read");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
