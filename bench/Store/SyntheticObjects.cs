using System.Globalization;
using System.Text;

namespace DataTransferHub.Bench.Store;

/// <summary>
/// Any number of objects that exist only in listings: keys, sizes and ETags are computed of their numbers. Two stores with the same number
/// of them list the same.
/// </summary>
sealed class SyntheticObjects(long count) : IObjectIndex
{
    const string Prefix = "data/";
    const string Digits = "000000000";
    const long Size = 1024;

    public long Count => count;

    public StoredObject? Find(ReadOnlySpan<byte> key)
    {
        var number = FirstFrom(key);
        return number < count && key.SequenceEqual(KeyOf(number)) ? Create(number) : null;
    }

    public void Read(ReadOnlySpan<byte> from, int limit, List<StoredObject> into)
    {
        var first = FirstFrom(from);
        var end = Math.Min(count, first + limit);
        for (var number = first; number < end; number++)
            into.Add(Create(number));
    }

    // The number of the first key at or after a key. Keys are in the order of their numbers.
    long FirstFrom(ReadOnlySpan<byte> key)
    {
        long low = 0, high = count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (key.SequenceCompareTo(KeyOf(middle)) <= 0)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    static byte[] KeyOf(long number)
    {
        var key = new byte[Prefix.Length + Digits.Length];
        Encoding.ASCII.GetBytes(Prefix, key);
        number.TryFormat(key.AsSpan(Prefix.Length), out _, Digits, CultureInfo.InvariantCulture);
        return key;
    }

    static StoredObject Create(long number) =>
        new(KeyOf(number), Size, new ETag(new UInt128((ulong)number * 0x9E3779B97F4A7C15, (ulong)number)), Fill.Modified, [], null);
}
