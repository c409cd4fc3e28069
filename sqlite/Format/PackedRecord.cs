using System.Buffers.Binary;
using System.Text;

namespace DataTransferHub.Sqlite.Format;

/// <summary>The values of a row or of an entry of an index, packed.</summary>
static class PackedRecord
{
    // Serial types; beyond these a value is a blob (even) or a text (odd), whose length follows from the type.
    const int FirstInteger = 1;
    const int LastInteger = 6;
    const int Float = 7;
    const int Zero = 8;
    const int One = 9;
    const int FirstVariable = 12;

    static readonly int[] Lengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The values: null, long, double, string or byte[]. Null if the data are not a record.</summary>
    public static object?[]? Decode(ReadOnlySpan<byte> data)
    {
        var at = 0;
        if (!Varint.TryRead(data, ref at, out var header) || header < at || header > data.Length)
            return null;
        var types = new List<long>();
        while (at < header)
        {
            if (!Varint.TryRead(data[..(int)header], ref at, out var type) || type is < 0 or 10 or 11)
                return null;
            types.Add(type);
        }

        var values = new object?[types.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var length = types[i] < FirstVariable ? Lengths[types[i]] : (types[i] - FirstVariable) / 2;
            if (length > data.Length - at)
                return null;
            try
            {
                values[i] = Value(types[i], data.Slice(at, (int)length));
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
            at += (int)length;
        }
        return at == data.Length ? values : null;
    }

    static object? Value(long type, ReadOnlySpan<byte> data) => type switch
    {
        >= FirstInteger and <= LastInteger => Integer(data),
        Float => BinaryPrimitives.ReadDoubleBigEndian(data),
        Zero => 0L,
        One => 1L,
        >= FirstVariable when type % 2 == 0 => data.ToArray(),
        >= FirstVariable => Strict.GetString(data),
        _ => null,
    };

    static long Integer(ReadOnlySpan<byte> data)
    {
        var value = (long)(sbyte)data[0];
        foreach (var next in data[1..])
            value = (value << 8) | next;
        return value;
    }
}
