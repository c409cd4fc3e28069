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
        var ours = schema.AllTypes.Where(
            type => type is EnumerationGraphType or AwsDateTimeGraphType or not ScalarGraphType && !type.Name.StartsWith(
                "__", StringComparison.Ordinal)).ToList();
        var bare = ours.Where(type => string.IsNullOrWhiteSpace(type.Description)).Select(type => type.Name)
            .Concat(
                ours.OfType<IComplexGraphType>().SelectMany(
                    type => type.Fields.Where(field => string.IsNullOrWhiteSpace(field.Description)).Select(
                        field => $"{type.Name}.{field.Name}")))
            .Concat(
                ours.OfType<IComplexGraphType>().SelectMany(
                    type => type.Fields.SelectMany(
                        field => (field.Arguments ?? []).Where(argument => string.IsNullOrWhiteSpace(argument.Description)).Select(
                            argument => $"{type.Name}.{field.Name}({argument.Name})"))))
            .Concat(
                ours.OfType<EnumerationGraphType>().SelectMany(
                    type => type.Values.Where(value => string.IsNullOrWhiteSpace(value.Description)).Select(
                        value => $"{type.Name}.{value.Name}")));
        Assert.Empty(bare);
    }

    static string CommittedSchema([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../functions/Api/schema.graphql"));
}
