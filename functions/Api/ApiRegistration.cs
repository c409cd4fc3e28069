using GraphQL;
using GraphQL.Execution;
using GraphQL.Validation.Complexity;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Api;

/// <summary>Registers the GraphQL API.</summary>
static class ApiRegistration
{
    const int DeepestQuery = 15;
    const int CostliestQuery = 10_000;

    /// <summary>Adds the schema, the document executer and the limits.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddGraphQL(builder => builder
            .AddSchema<HubSchema>()
            .AddGraphTypes(typeof(HubSchema).Assembly)
            .AddSystemTextJson()
            .AddErrorInfoProvider<ErrorAnswers>()
            .AddUnhandledExceptionHandler(
                context => ((ErrorAnswers)context.ExecutionOptions.RequestServices!.GetRequiredService<IErrorInfoProvider>())
                    .Handle(context))
            .AddComplexityAnalyzer(limits =>
            {
                limits.MaxDepth = DeepestQuery;
                limits.MaxComplexity = CostliestQuery;

                // The schema is small and fixed, so introspection costs what is selected, not an estimate for nested lists.
                var usual = limits.DefaultComplexityImpactDelegate;
                limits.DefaultComplexityImpactDelegate = field =>
                    field.ParentType.Name.StartsWith("__", StringComparison.Ordinal) ? new FieldComplexityResult(1, 1) : usual(field);
            }));
        return services
            .AddSingleton<SecretCommands>()
            .AddSingleton<GraphQLRequestReader>();
    }
}
