using DataTransferHub.Api.Types;
using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Limits;
using GraphQL;
using GraphQL.Types;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Api;

/// <summary>All mutations.</summary>
sealed class HubMutation : ObjectGraphType
{
    /// <summary>Key of the request's durable client in the user context.</summary>
    public const string DurableClient = "durableClient";

    public HubMutation(TaskCommands tasks, DryRunCommands dryRuns, LimitCommands limits, SecretCommands secrets)
    {
        Name = "Mutation";
        Description = "All mutations.";
        Field<TaskGraphType>("createTask")
            .Description("Creates a task and starts its first run.")
            .Argument<NonNullGraphType<CreateTaskInputGraphType>>("input", "The task.")
            .ResolveAsync(async c =>
            {
                var input = c.GetArgument<CreateTaskInput>("input").ToNewTask();
                return new TaskView(await tasks.CreateAsync(ClientOf(c), input, c.CancellationToken));
            });
        Field<TaskGraphType>("stopTask")
            .Description("Ends the current run, removes its temporary data, and stops the task permanently. "
                + "Possible in every state; copied items stay.")
            .Argument<StringGraphType>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await tasks.StopAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<TaskGraphType>("pauseTask")
            .Description("Pauses the task: the current run begins nothing more and keeps what it has done, and no further run starts until "
                + "the task is resumed.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await tasks.PauseAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<TaskGraphType>("resumeTask")
            .Description("Lets a paused task go on from where it was. Does nothing if it is not paused.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await tasks.ResumeAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<TaskGraphType>("retryFailedItems")
            .Description("Starts a run that copies only the items that failed in the newest run, or runs the whole task if the newest "
                + "run did not try every item.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await tasks.RetryFailedAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<TaskGraphType>("startDryRun")
            .Description("Starts a search for what the task would copy now, and copies nothing. It replaces the task's previous dry run. "
                + "Refused while a run of the task is in progress.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => new TaskView(await dryRuns.StartAsync(ClientOf(c), RequireId(c), c.CancellationToken)));
        Field<TaskGraphType>("setTaskLimits")
            .Description("Replaces the limits of bandwidth and requests of a task. Takes effect at once, also on a run in progress.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .Argument<NonNullGraphType<RateLimitsInputGraphType>>("limits", "All its limits.")
            .ResolveAsync(async c => new TaskView(await limits.SetOfTaskAsync(RequireId(c), LimitsOf(c), c.CancellationToken)));
        Field<EndpointGraphType>("setEndpointLimits")
            .Description("Replaces the limits of bandwidth and requests of an endpoint, which all tasks share. Takes effect at once.")
            .Argument<NonNullGraphType<StringGraphType>>("endpoint", "Its name, as listEndpoints returns it.")
            .Argument<NonNullGraphType<RateLimitsInputGraphType>>("limits", "All its limits.")
            .ResolveAsync(async c => await limits.SetOfEndpointAsync(
                c.GetArgument<string>("endpoint"), LimitsOf(c), c.CancellationToken));
        Field<SecretGraphType>("createSecret")
            .Description("Stores a new secret, encrypted.")
            .Argument<NonNullGraphType<SecretInputGraphType>>("input", "The secret.")
            .ResolveAsync(async c => await secrets.CreateAsync(c.GetArgument<SecretInput>("input"), c.CancellationToken));
        Field<SecretGraphType>("updateSecret")
            .Description("Replaces the value and the description of a secret. Active runs use it from their next request on.")
            .Argument<NonNullGraphType<SecretInputGraphType>>("input", "The secret.")
            .ResolveAsync(async c => await secrets.UpdateAsync(c.GetArgument<SecretInput>("input"), c.CancellationToken));
        Field<SecretGraphType>("deleteSecret")
            .Description("Deletes a secret. Refused while a task that is neither done nor stopped uses it.")
            .Argument<NonNullGraphType<StringGraphType>>("name", "Its name.")
            .ResolveAsync(async c => await secrets.DeleteAsync(c.GetArgument<string>("name"), c.CancellationToken));
    }

    static DurableTaskClient ClientOf(IResolveFieldContext context) => (DurableTaskClient)context.UserContext[DurableClient]!;

    static RateLimits LimitsOf(IResolveFieldContext context) => context.GetArgument<RateLimitsInput>("limits").ToLimits();

    static string RequireId(IResolveFieldContext context) =>
        context.GetArgument<string?>("id") is { Length: > 0 } id
            ? id
            : throw new InvalidInputException([new("id", null, "The value is missing. Send the id of the task.")]);
}
