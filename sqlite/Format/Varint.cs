namespace DataTransferHub.Sqlite.Format;

/// <summary>Integers of one to nine bytes.</summary>
static class Varint
{
    const int MostBytes = 9;

    /// <summary>Reads one and moves on behind it; false if it does not end within the data.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < MostBytes; i++)
        {
            if (at < 0 || at >= data.Length)
                return false;
            var next = data[at++];
            if (i == MostBytes - 1)
            {
                value = (value << 8) | next;
                return true;
            }
            value = (value << 7) | (next & 0x7fL);
            if (next < 0x80)
                return true;
        }
        return false;
    }
}
