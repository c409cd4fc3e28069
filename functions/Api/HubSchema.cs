using GraphQL.Conversion;
using GraphQL.Types;

namespace DataTransferHub.Api;

/// <summary>The GraphQL schema. <c>schema.graphql</c> beside this file is its printed form.</summary>
sealed class HubSchema : Schema
{
    public HubSchema(IServiceProvider services, HubQuery query, HubMutation mutation) : base(services)
    {
        // The prior system has names in both forms (ParameterKey, createdAt), so names are not converted.
        NameConverter = DefaultNameConverter.Instance;
        Description = "Data Transfer Hub. The operations of AWS Data Transfer Hub keep their names, arguments, defaults and shapes; "
            + "further typed operations are added.";
        Query = query;
        Mutation = mutation;
    }
}
