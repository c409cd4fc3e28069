using DataTransferHub.Api.Types;
using DataTransferHub.Tasks;
using GraphQL;
using GraphQL.Types;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Api;

/// <summary>Everything that can be done.</summary>
sealed class HubMutation : ObjectGraphType
{
    /// <summary>The entry of the user context that holds the durable client of the request.</summary>
    public const string DurableClient = "durableClient";

    public HubMutation(TaskCommands tasks, SecretCommands secrets)
    {
        Name = "Mutation";
        Description = "Everything that can be done.";
        Field<TaskGraphType>("createTask")
            .Description("Creates a task and begins its first run.")
            .Argument<NonNullGraphType<CreateTaskInputGraphType>>("input", "The task.")
            .ResolveAsync(async c =>
            {
                var input = c.GetArgument<CreateTaskInput>("input").ToNewTask();
                return new TaskView(await tasks.CreateAsync(ClientOf(c), input, c.CancellationToken));
            });
        Field<TaskGraphType>("stopTask")
            .Description("Ends the task's run, removes what it left behind, and stops the task for good. "
                + "Possible in every state; what was copied stays.")
            .Argument<StringGraphType>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await tasks.StopAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<TaskGraphType>("retryFailedItems")
            .Description("Begins a run that copies only what failed in the newest run, or the whole task if that did not try everything.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await tasks.RetryFailedAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<SecretGraphType>("createSecret")
            .Description("Keeps a new secret, encrypted.")
            .Argument<NonNullGraphType<SecretInputGraphType>>("input", "The secret.")
            .ResolveAsync(async c => await secrets.CreateAsync(c.GetArgument<SecretInput>("input"), c.CancellationToken));
        Field<SecretGraphType>("updateSecret")
            .Description("Replaces the value and the description of a secret. Runs under way use it from their next request on.")
            .Argument<NonNullGraphType<SecretInputGraphType>>("input", "The secret.")
            .ResolveAsync(async c => await secrets.UpdateAsync(c.GetArgument<SecretInput>("input"), c.CancellationToken));
        Field<SecretGraphType>("deleteSecret")
            .Description("Deletes a secret. Refused while a task that is not done or stopped names it.")
            .Argument<NonNullGraphType<StringGraphType>>("name", "Its name.")
            .ResolveAsync(async c => await secrets.DeleteAsync(c.GetArgument<string>("name"), c.CancellationToken));
    }

    static DurableTaskClient ClientOf(IResolveFieldContext context) => (DurableTaskClient)context.UserContext[DurableClient]!;

    static string RequireId(IResolveFieldContext context) =>
        context.GetArgument<string?>("id") is { Length: > 0 } id
            ? id
            : throw new InvalidInputException([new("id", null, "It is missing. Send the id of the task.")]);
}
