using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using Xunit;

namespace DataTransferHub.Architecture.Tests;

/// <summary>The rules of the house: which slice may know which, and what code may not do wherever it stands.</summary>
public sealed partial class HouseRuleTests(LoadedAssemblies assemblies) : IClassFixture<LoadedAssemblies>
{
    const string Functions = "DataTransferHub.Functions";

    // From what knows nobody to what knows all.
    static readonly string[] OrderOfObjects =
    [
        "DataTransferHub.Objects.Stores", "DataTransferHub.Objects.Integrity", "DataTransferHub.Objects.Settings",
        "DataTransferHub.Objects.Stores.Local", "DataTransferHub.Objects.Stores.S3", "DataTransferHub.Objects.Limits",
        "DataTransferHub.Objects.Routes", "DataTransferHub.Objects.Units", "DataTransferHub.Objects.Finding.Prefixes",
        "DataTransferHub.Objects.Finding", "DataTransferHub.Objects.Copying", "DataTransferHub.Objects.LargeObjects",
        "DataTransferHub.Objects.Run", "DataTransferHub.Objects",
    ];

    [Theory]
    [InlineData("Objects", "Images", "Stacks", "Api")]
    [InlineData("Images", "Objects", "Stacks", "Api")]
    [InlineData("Stacks", "Objects", "Images", "Api")]
    [InlineData("Tasks", "Objects", "Images", "Stacks", "Api")]
    [InlineData("Secrets", "Tasks", "Objects", "Images", "Stacks", "Api")]
    [InlineData("Aws", "Tasks", "Objects", "Images", "Stacks", "Api")]
    public void A_slice_knows_only_the_slices_it_may_know(string slice, params string[] strangers)
    {
        foreach (var stranger in strangers)
        {
            var knowing = In(slice).SelectMany(type => type.Dependencies
                .Where(dependency => IsIn(NamespaceOf(dependency.Target), stranger))
                .Select(dependency => $"{type.FullName} knows {dependency.Target.FullName}"));
            Assert.Empty(knowing.Distinct());
        }
    }

    [Theory]
    [InlineData(Functions)]
    [InlineData("DataTransferHub.Engine")]
    [InlineData("DataTransferHub.Sqlite")]
    [InlineData("dth")]
    public void Namespaces_know_each_other_in_one_direction_only(string assembly)
    {
        var known = NamespacesKnown(assembly);
        var circles = Circles(known.Keys.ToList(), known);
        Assert.True(circles.Count == 0, "Namespaces that know each other in a circle: " + string.Join("; ", circles));
    }

    [Fact]
    public void The_folders_of_Objects_keep_their_order()
    {
        var known = NamespacesKnown(Functions);
        Assert.Equal(
            OrderOfObjects.Order(StringComparer.Ordinal),
            known.Keys.Where(name => IsIn(name, "Objects")).Order(StringComparer.Ordinal));
        var against = known.Where(knows => OrderOfObjects.Contains(knows.Key)).SelectMany(knows => knows.Value.Keys
            .Where(target => OrderOfObjects.Contains(target))
            .Where(target => Array.IndexOf(OrderOfObjects, target) > Array.IndexOf(OrderOfObjects, knows.Key))
            .Select(target => $"{knows.Key} knows {target}: {knows.Value[target]}"));
        Assert.Empty(against);
    }

    [Fact]
    public void Nothing_but_the_program_names_the_engine()
    {
        var naming = Sources.Below("functions")
            .Where(file => file.Path != "functions/Program.cs" && EngineName.IsMatch(Sources.Code(file.Text)))
            .Select(file => file.Path);
        Assert.Empty(naming);

        var knowing = assemblies.TypesOf(Functions)
            .Where(type => type.Name != "Program" && !type.FullName.StartsWith("Program", StringComparison.Ordinal))
            .SelectMany(type => type.Dependencies.Select(dependency => (type, dependency.Target)))
            .Where(known => NamespaceOf(known.Target).StartsWith("DataTransferHub.Engine", StringComparison.Ordinal))
            .Select(known => $"{known.type.FullName} knows {known.Target.FullName}");
        Assert.Empty(knowing.Distinct());
    }

    [Fact]
    public void Only_the_SQLite_component_opens_databases_and_it_knows_nobody()
    {
        string[] others = ["engine", "functions", "cli"];
        var opening = others.SelectMany(Sources.Below)
            .Where(file => Sources.Code(file.Text).Contains("new SqliteConnection", StringComparison.Ordinal))
            .Select(file => file.Path);
        Assert.Empty(opening);
        Assert.DoesNotContain("ProjectReference", Sources.Read("sqlite/DataTransferHub.Sqlite.csproj"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("functions", "DataTransferHub")]
    [InlineData("engine", "DataTransferHub.Engine")]
    [InlineData("sqlite", "DataTransferHub.Sqlite")]
    public void A_namespace_is_its_folder(string root, string rootNamespace)
    {
        var elsewhere = Sources.Below(root)
            .Select(file => (file.Path, Declared: Namespace.Match(file.Text).Groups[1].Value))
            .Where(file => file.Declared.Length > 0 && file.Declared != FolderNamespace(file.Path, root, rootNamespace))
            .Select(file => $"{file.Path} declares {file.Declared}");
        Assert.Empty(elsewhere);
    }

    [Theory]
    [InlineData("engine")]
    [InlineData("functions")]
    [InlineData("sqlite")]
    public void Time_comes_from_a_time_provider(string folder)
    {
        var looking = Sources.Below(folder).Where(file => SystemClock.IsMatch(Sources.Code(file.Text))).Select(file => file.Path);
        Assert.Empty(looking);
    }

    [Fact]
    public void Orchestrators_use_only_what_replays()
    {
        var orchestrators = Sources.Below("functions")
            .Where(file => file.Text.Contains("[OrchestrationTrigger]", StringComparison.Ordinal));
        var breaking = orchestrators
            .SelectMany(file => NotReplayable.Matches(Sources.Code(file.Text)).Select(match => $"{file.Path} uses {match.Value}"));
        Assert.Empty(breaking);
    }

    [Theory]
    [InlineData("engine")]
    [InlineData("functions")]
    [InlineData("sqlite")]
    [InlineData("cli")]
    public void Folders_are_named_for_what_they_are_about(string folder)
    {
        var byKind = Sources.Below(folder)
            .Where(file => file.Path.Split('/').Intersect(["Services", "Helpers", "Utils", "Managers", "Common", "Misc"]).Any())
            .Select(file => file.Path);
        Assert.Empty(byKind);
    }

    [Fact]
    public void Event_ids_are_unique_in_the_process()
    {
        string[] folders = ["engine", "functions", "sqlite", "cli"];
        var shared = folders.SelectMany(Sources.Below)
            .SelectMany(file => EventId.Matches(file.Text).Select(match => (Id: match.Groups["id"].Value, file.Path)))
            .GroupBy(found => found.Id)
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(found => found.Path))}");
        Assert.Empty(shared);
    }

    // C# too: the compiler's rule (RCS0056) looks neither at comments nor at string literals. Rows of Markdown tables cannot be broken.
    [Fact]
    public void Lines_have_at_most_140_characters()
    {
        var tooLong = Sources.Texts().SelectMany(file => file.Text.Split('\n')
            .Select((line, index) => (Line: line, Place: $"{file.Path}:{index + 1}"))
            .Where(found => found.Line.EnumerateRunes().Count() > 140 && !found.Line.TrimStart().StartsWith('|'))
            .Select(found => found.Place));
        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData("functions/DataTransferHub.Functions.csproj")]
    [InlineData("engine/DataTransferHub.Engine.csproj")]
    [InlineData("sqlite/DataTransferHub.Sqlite.csproj")]
    [InlineData("cli/DataTransferHub.Cli.csproj")]
    public void The_product_does_not_depend_on_tests(string project) =>
        Assert.DoesNotContain("tests/", Sources.Read(project), StringComparison.Ordinal);

    [Fact]
    public void Sources_fit_on_a_few_screens()
    {
        string[] folders = ["engine", "functions", "sqlite", "cli"];
        var tooLong = folders.SelectMany(Sources.Below).Where(file => file.Text.Count(c => c == '\n') > 450).Select(file => file.Path);
        Assert.Empty(tooLong);
    }

    // For each namespace those of the same assembly that its types know, each with an example.
    Dictionary<string, Dictionary<string, string>> NamespacesKnown(string assembly)
    {
        var known = new Dictionary<string, Dictionary<string, string>>();
        foreach (var type in assemblies.TypesOf(assembly))
        {
            var own = NamespaceOf(type);
            if (!own.StartsWith("DataTransferHub", StringComparison.Ordinal))
                continue;
            var targets = known.TryGetValue(own, out var found) ? found : known[own] = [];
            foreach (var target in type.Dependencies.Select(dependency => dependency.Target))
            {
                var name = NamespaceOf(target);
                if (name != own && name.StartsWith("DataTransferHub", StringComparison.Ordinal))
                    targets.TryAdd(name, $"{type.Name} knows {target.Name}");
            }
        }

        return known;
    }

    // Takes away, again and again, what knows nothing that is left; what remains is in a circle or knows one.
    static List<string> Circles(List<string> names, Dictionary<string, Dictionary<string, string>> known)
    {
        var left = names.ToHashSet();
        while (left.RemoveWhere(name => !known[name].Keys.Any(left.Contains)) > 0)
        {
        }

        while (left.RemoveWhere(name => !left.Any(other => known[other].ContainsKey(name))) > 0)
        {
        }

        return [.. left.SelectMany(name => known[name].Where(target => left.Contains(target.Key))
            .Select(target => $"{name} -> {target.Key} ({target.Value})"))];
    }

    IEnumerable<IType> In(string slice) => assemblies.TypesOf(Functions).Where(type => IsIn(NamespaceOf(type), slice));

    // Type parameters and the like have none.
    static string NamespaceOf(IType type) => type.Namespace?.FullName ?? "";

    static bool IsIn(string name, string slice) =>
        name == $"DataTransferHub.{slice}" || name.StartsWith($"DataTransferHub.{slice}.", StringComparison.Ordinal);

    static string FolderNamespace(string path, string root, string rootNamespace) =>
        string.Join('.', path.Split('/')[..^1].Skip(root.Split('/').Length).Prepend(rootNamespace));

    [GeneratedRegex(@"LoggerMessage\(\s*(EventId = )?(?<id>\d+)")]
    static partial Regex EventId { get; }

    [GeneratedRegex(@"\bDataTransferHub\.Engine\b")]
    static partial Regex EngineName { get; }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    static partial Regex Namespace { get; }

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(UtcNow|Now|Today)\b")]
    static partial Regex SystemClock { get; }

    [GeneratedRegex(@"\bTask\.(Run|Delay|Factory)\b|\bThread\.Sleep\b|\bGuid\.(NewGuid|CreateVersion7)\b|\bRandom\.Shared\b|\bnew Random\b"
        + @"|\.ConfigureAwait\(false\)|\bEnvironment\.GetEnvironmentVariable\b")]
    static partial Regex NotReplayable { get; }
}
