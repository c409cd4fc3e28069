using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;

namespace DataTransferHub.Api;

/// <summary>
/// The size of a query with its fragments expanded. It can grow exponentially with the length of the document, and validation would visit
/// all of it.
/// </summary>
sealed class ExpandedQuery
{
    /// <summary>The most fields and fragment spreads of an expanded query.</summary>
    public const int MostFields = 10_000;

    readonly Dictionary<string, GraphQLFragmentDefinition> _fragments = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _sizes = new(StringComparer.Ordinal);

    /// <summary>Whether a query is too large to be validated. One that cannot be parsed is not; execution reports its fault.</summary>
    public static bool IsTooLarge(string query)
    {
        GraphQLDocument document;
        try
        {
            document = Parser.Parse(query);
        }
        catch (GraphQLParserException)
        {
            return false;
        }

        var expanded = new ExpandedQuery();
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
            expanded._fragments.TryAdd(fragment.FragmentName.Name.StringValue, fragment);
        var operations = document.Definitions.OfType<GraphQLOperationDefinition>();
        return operations.Any(operation => expanded.SizeOf(operation.SelectionSet) > MostFields)
            || expanded._fragments.Keys.Any(name => expanded.SizeOf(name) > MostFields);
    }

    long SizeOf(GraphQLSelectionSet? set) => Math.Min(MostFields + 1L, set?.Selections.Sum(selection => selection switch
    {
        GraphQLField field => 1 + SizeOf(field.SelectionSet),
        GraphQLInlineFragment inline => 1 + SizeOf(inline.SelectionSet),
        GraphQLFragmentSpread spread => 1 + SizeOf(spread.FragmentName.Name.StringValue),
        _ => 1L,
    }) ?? 0);

    long SizeOf(string fragment)
    {
        if (_sizes.TryGetValue(fragment, out var known))
            return known;

        // A fragment that contains itself ends here; validation refuses it.
        _sizes[fragment] = 0;
        return _sizes[fragment] = _fragments.TryGetValue(fragment, out var definition) ? SizeOf(definition.SelectionSet) : 0;
    }
}
