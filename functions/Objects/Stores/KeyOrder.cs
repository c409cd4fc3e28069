namespace DataTransferHub.Objects.Stores;

/// <summary>
/// The order of S3 listings: by the keys' UTF-8 bytes. It is the order of UTF-16 code units, except that surrogates (code points from
/// U+10000) come after U+E000 to U+FFFF.
/// </summary>
sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y) => Compare(x.AsSpan(), y.AsSpan());

    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        var same = x.CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
            return x.Length.CompareTo(y.Length);
        return Rank(x[same]).CompareTo(Rank(y[same]));
    }

    /// <summary>
    /// A string before a key, with as few possible keys between the two as can be told without invalid characters. A listing after it
    /// starts at the key, or a few keys before it.
    /// </summary>
    public static string Before(string key)
    {
        // A character that no key of the neighbourhood is likely to have, later than nearly all others.
        const char Late = '\uFFFD';

        if (key.Length == 0)
            return key;
        var start = key.Length - (char.IsLowSurrogate(key[^1]) && key.Length > 1 ? 2 : 1);
        var last = char.ConvertToUtf32(key, start) - 1;
        if (last < 0)
            return key[..start];
        // The code points of surrogates are no characters.
        if (last is >= 0xD800 and <= 0xDFFF)
            last = 0xD7FF;
        return key[..start] + char.ConvertFromUtf32(last) + Late;
    }

    static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
