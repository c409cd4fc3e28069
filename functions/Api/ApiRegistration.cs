using GraphQL;
using GraphQL.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Api;

/// <summary>Registers the GraphQL API.</summary>
static class ApiRegistration
{
    const int DeepestQuery = 15;
    const int CostliestQuery = 200_000;

    /// <summary>The schema, its executer and its limits.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddGraphQL(builder => builder
            .AddSchema<HubSchema>()
            .AddGraphTypes(typeof(HubSchema).Assembly)
            .AddSystemTextJson()
            .AddErrorInfoProvider<ErrorAnswers>()
            .AddUnhandledExceptionHandler(context => ((ErrorAnswers)context.ExecutionOptions.RequestServices!.GetRequiredService<IErrorInfoProvider>()).Handle(context))
            .AddComplexityAnalyzer(limits =>
            {
                limits.MaxDepth = DeepestQuery;
                limits.MaxComplexity = CostliestQuery;
            }));
        return services
            .AddSingleton<SecretCommands>()
            .AddSingleton<GraphQLRequestReader>();
    }
}
