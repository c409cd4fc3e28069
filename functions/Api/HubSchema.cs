using GraphQL.Conversion;
using GraphQL.Types;

namespace DataTransferHub.Api;

/// <summary>The GraphQL schema. <c>schema.graphql</c> beside this file is what it prints as.</summary>
sealed class HubSchema : Schema
{
    public HubSchema(IServiceProvider services, HubQuery query, HubMutation mutation) : base(services)
    {
        // The prior system has names in both forms (ParameterKey, createdAt): they are taken as they are written.
        NameConverter = DefaultNameConverter.Instance;
        Description = "Data Transfer Hub. The operations of AWS Data Transfer Hub keep their names, arguments, defaults and shapes; "
            + "typed operations stand beside them.";
        Query = query;
        Mutation = mutation;
    }
}
