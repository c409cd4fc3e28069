using Microsoft.DurableTask;
using Xunit;

namespace DataTransferHub.Architecture.Tests.PublicSurface;

/// <summary>
/// Source compatibility is a promise: whatever the engine declares in a namespace of the official packages has the official signature.
/// <c>official-signatures.txt</c> says what those are; it is written from the official packages, never from the engine.
/// </summary>
public sealed class PublicSurfaceTests
{
    static readonly IReadOnlyList<Type> PublicTypes = typeof(TaskName).Assembly.GetExportedTypes();

    [Fact]
    public void What_the_engine_declares_under_official_names_is_what_the_official_packages_declare()
    {
        var ours = Signatures.Of(PublicTypes.Where(type => IsOfficial(type.Namespace)));
        var official = ReadList();
        var unofficial = ours.Except(official).Select(line => "not official: " + line);
        var missing = official.Except(ours).Select(line => "claimed, but not declared so: " + line);
        Assert.Equal("", string.Join('\n', unofficial.Concat(missing)));
    }

    [Fact]
    public void Whatever_else_the_engine_declares_is_in_its_own_namespace()
    {
        var elsewhere = PublicTypes.Where(type => !IsOfficial(type.Namespace) && !IsOwn(type.Namespace)).Select(type => type.FullName);
        Assert.Empty(elsewhere);
    }

    static bool IsOfficial(string? name) => IsIn(name, "Microsoft") || IsIn(name, "DurableTask");

    static bool IsOwn(string? name) => IsIn(name, "DataTransferHub.Engine");

    static bool IsIn(string? name, string root) => name == root || name?.StartsWith(root + ".", StringComparison.Ordinal) == true;

    // A namespace, then types at the margin with their members below them.
    static SortedSet<string> ReadList()
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        var (space, type) = ("", "");
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "official-signatures.txt")))
        {
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            if (line.StartsWith("namespace ", StringComparison.Ordinal))
                space = line["namespace ".Length..];
            else if (!line.StartsWith(' '))
                lines.Add(type = $"{space}: {line}");
            else
                lines.Add($"{type} | {line.Trim()}");
        }

        return lines;
    }
}
