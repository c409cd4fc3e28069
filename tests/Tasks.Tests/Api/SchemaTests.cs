using System.Runtime.CompilerServices;
using DataTransferHub.Api.Types;
using GraphQL;
using GraphQL.Types;

namespace DataTransferHub.Tasks.Tests.Api;

public sealed class SchemaTests
{
    [Fact]
    public async Task The_committed_schema_is_current()
    {
        await using var hub = new TestHub();
        var printed = hub.Get<ISchema>().Print(
            new() { StringComparison = StringComparison.Ordinal }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = CommittedSchema();
        if (Environment.GetEnvironmentVariable("DTH_UPDATE_SCHEMA") == "1")
            await File.WriteAllTextAsync(path, printed, TestContext.Current.CancellationToken);

        Assert.True(
            printed == await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken),
            "functions/Api/schema.graphql is not what the schema prints as. Run the tests with DTH_UPDATE_SCHEMA=1 and commit it.");
    }

    [Fact]
    public async Task Everything_has_a_description()
    {
        await using var hub = new TestHub();
        var schema = hub.Get<ISchema>();
        schema.Initialize();
        var ours = schema.AllTypes
            .Where(type => type is EnumerationGraphType or AwsDateTimeGraphType or not ScalarGraphType)
            .Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal))
            .ToList();
        var types = ours.Where(type => IsBlank(type.Description)).Select(type => type.Name);
        var fields =
            from type in ours.OfType<IComplexGraphType>()
            from field in type.Fields
            where IsBlank(field.Description)
            select $"{type.Name}.{field.Name}";
        var arguments =
            from type in ours.OfType<IComplexGraphType>()
            from field in type.Fields
            from argument in field.Arguments ?? []
            where IsBlank(argument.Description)
            select $"{type.Name}.{field.Name}({argument.Name})";
        var values =
            from type in ours.OfType<EnumerationGraphType>()
            from value in type.Values
            where IsBlank(value.Description)
            select $"{type.Name}.{value.Name}";
        Assert.Empty((string[])[.. types, .. fields, .. arguments, .. values]);
    }

    static bool IsBlank(string? text) => string.IsNullOrWhiteSpace(text);

    static string CommittedSchema([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../functions/Api/schema.graphql"));
}
