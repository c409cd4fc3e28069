using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataTransferHub.Bench.Store;

/// <summary>Objects of one size that a store has from its start: the same in every process.</summary>
/// <param name="Count">Number of objects.</param>
/// <param name="Size">Size of each in bytes.</param>
sealed record Fill(int Count, long Size)
{
    // As many folders as a program that lists folder by folder can list at once.
    const int Folders = 100;

    static readonly KeyValuePair<string, string>[] Headers = [new("Content-Type", "application/octet-stream")];

    /// <summary>When all objects that are not sent to a store were written.</summary>
    public static readonly DateTime Modified = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Reads COUNTxSIZE.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static Fill Parse(string text)
    {
        var numbers = text.Split('x');
        return numbers.Length == 2 && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? new Fill(count, size)
            : throw new FormatException($"'{text}' is not COUNTxSIZE, for example 300000x1024.");
    }

    /// <summary>Its text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}x{Size}");

    /// <summary>Creates the objects, in no order.</summary>
    public StoredObject[] Create()
    {
        var objects = new StoredObject[Count];
        Parallel.For(0, Count, number =>
        {
            var body = GeneratedBody.Of(number);
            var key = Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"data/{number % Folders:00}/object-{number:000000}.bin"));
            objects[number] = new StoredObject(key, Size, ETag.Of(HashOf(body)), Modified, Headers, body);
        });
        return objects;
    }

    byte[] HashOf(GeneratedBody body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var piece in body.Read(0, Size))
            hash.AppendData(piece.Span);
        return hash.GetHashAndReset();
    }
}
