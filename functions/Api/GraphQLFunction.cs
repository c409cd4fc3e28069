using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Api;

/// <summary>The API: one HTTP function that executes GraphQL.</summary>
sealed class GraphQLFunction(
    IDocumentExecuter executer, ISchema schema, GraphQLRequestReader reader, IGraphQLTextSerializer serializer, IServiceProvider services)
{
    static readonly TimeSpan LongestExecution = TimeSpan.FromSeconds(60);
    static readonly IValidationRule[] RulesOfGet = [.. DocumentValidator.CoreRules, new QueriesOnly()];

    [Function("GraphQL")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "graphql")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var (graphQL, refusal) = await reader.ReadAsync(request, cancellationToken);
        if (refusal is not null)
            return Json(refusal.Status, new ExecutionResult { Errors = [new ExecutionError(refusal.Message) { Code = refusal.Code }] });

        var result = await executer.ExecuteAsync(options =>
        {
            options.Schema = schema;
            options.Query = graphQL!.Query;
            options.OperationName = graphQL.OperationName;
            options.Variables = graphQL.Variables;
            options.RequestServices = services;
            options.UserContext = new Dictionary<string, object?> { [HubMutation.DurableClient] = client };
            options.CancellationToken = cancellationToken;
            options.Timeout = LongestExecution;
            if (HttpMethods.IsGet(request.Method))
                options.ValidationRules = RulesOfGet;
        });
        return Json(result.Executed ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, result);
    }

    ContentResult Json(int status, ExecutionResult result) =>
        new() { StatusCode = status, ContentType = "application/json; charset=utf-8", Content = serializer.Serialize(result) };

    /// <summary>A GET must not change anything.</summary>
    sealed class QueriesOnly : ValidationRuleBase
    {
        public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
        {
            if (context.Operation.Operation is not OperationType.Query)
                context.ReportError(new ValidationError("GET is for queries. Send mutations with POST.") { Code = "METHOD_NOT_ALLOWED" });
            return default;
        }
    }
}
