using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace DataTransferHub.Cli.Sample;

/// <summary>A file of this machine and its key.</summary>
/// <param name="Key">The key in the source bucket.</param>
/// <param name="Path">The file.</param>
/// <param name="Size">Its size in bytes.</param>
sealed record SourceFile(string Key, string Path, long Size);

/// <summary>Real files of this machine as input.</summary>
static class SourceFiles
{
    const long LargestFile = 8 << 20;
    const int CandidatesPerObject = 4;
    const int PartSize = 16 << 20;
    const int UploadsAtOnce = 16;

    // Forms of keys that have caused errors in other tools.
    static readonly string[] Folders = ["plain", "with space", "a+b=c", "数据/文件", "100%25", "deep/er/and/deeper", "emoji 🚚"];

    // s3rver escapes these characters twice in listings.
    static readonly SearchValues<char> EscapedTwice = SearchValues.Create("&<>'\"\\");

    static readonly EnumerationOptions EveryReadableFile = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
    };

    /// <summary>Chooses files of mixed sizes; the same seed gives the same files on the same machine.</summary>
    public static IReadOnlyList<SourceFile> Choose(int count, int seed)
    {
        var candidates = Roots()
            .SelectMany(root => new DirectoryInfo(root).EnumerateFiles("*", EveryReadableFile))
            .Where(file => file.LinkTarget is null && file.Length <= LargestFile && IsPlain(file.Name))
            .Take(count * CandidatesPerObject)
            .ToArray();
        if (candidates.Length < count)
            throw new InvalidOperationException(
                $"Only {candidates.Length} files were found in {string.Join(", ", Roots())}; ask for fewer with --objects.");

        new Random(seed).Shuffle(candidates);
        return [.. candidates.Take(count).Select((file, number) => new SourceFile(
            $"{Folders[number % Folders.Length]}/{number:D5} {file.Name}", file.FullName, file.Length))];
    }

    /// <summary>Uploads the files.</summary>
    public static async Task UploadAsync(
        IAmazonS3 client, string bucket, IReadOnlyList<SourceFile> files, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = UploadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, options, async (file, token) =>
        {
            // Read completely first, as a file of a running machine may change while it is sent.
            using var content = new MemoryStream(await File.ReadAllBytesAsync(file.Path, token));
            var request = new PutObjectRequest
            {
                BucketName = bucket,
                Key = file.Key,
                InputStream = content,
                UseChunkEncoding = false,
                ContentType = "application/octet-stream",
            };
            await client.PutObjectAsync(request, token);
        });
    }

    /// <summary>Uploads one large object, a concatenation of the largest files of the .NET SDK.</summary>
    public static async Task UploadLargeAsync(
        IAmazonS3 client, string bucket, string key, long size, string workFolder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(workFolder, "large");
        try
        {
            await WriteLargeAsync(path, size, cancellationToken);
            using var transfer = new TransferUtility(client);
            var request = new TransferUtilityUploadRequest
            {
                BucketName = bucket,
                Key = key,
                FilePath = path,
                PartSize = PartSize,
                ContentType = "application/octet-stream",
            };
            await transfer.UploadAsync(request, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    static async Task WriteLargeAsync(string path, long size, CancellationToken cancellationToken)
    {
        var files = new DirectoryInfo(DotnetFolder()).EnumerateFiles("*", EveryReadableFile)
            .OrderByDescending(file => file.Length)
            .ThenBy(file => file.FullName, StringComparer.Ordinal)
            .Take(200)
            .ToArray();
        await using var large = File.Create(path);
        for (var number = 0; large.Length < size; number++)
        {
            await using var file = files[number % files.Length].OpenRead();
            await file.CopyToAsync(large, cancellationToken);
        }

        large.SetLength(size);
    }

    static bool IsPlain(string name) => name.Length <= 150 && name.AsSpan().IndexOfAny(EscapedTwice) < 0;

    static IEnumerable<string> Roots() => new[] { DotnetFolder(), "/usr/share", "/usr/lib" }.Where(Directory.Exists).Distinct();

    static string DotnetFolder() =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
