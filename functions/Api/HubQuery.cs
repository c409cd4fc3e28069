using DataTransferHub.Api.Types;
using DataTransferHub.Secrets;
using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using GraphQL;
using GraphQL.Types;

namespace DataTransferHub.Api;

/// <summary>All queries.</summary>
sealed class HubQuery : ObjectGraphType
{
    const int MostOnAPage = 1000;
    readonly ITaskStore _store;
    readonly IRunLedger _ledger;

    public HubQuery(
        ITaskStore store, IRunLedger ledger, ISecretVault vault, TransferPlugins plugins, DryRunCommands dryRuns, LimitCommands limits)
    {
        _store = store;
        _ledger = ledger;
        Name = "Query";
        Description = "All queries.";
        Field<ListTasksResponseGraphType>("listTasksV2")
            .Description("Tasks, newest first. Without `progress`, all except stopped tasks. A page number beyond the last page returns "
                + "the first page.")
            .Argument<TaskProgressGraphType>("progress", "Return only tasks in this state.")
            .Argument<IntGraphType>("page", "Page number, from 1.", argument => argument.DefaultValue = 1)
            .Argument<IntGraphType>("count", "Tasks per page, at most 1000.", argument => argument.DefaultValue = 20)
            .ResolveAsync(async c => await ListTasksAsync(c));
        Field<TaskGraphType>("getTask")
            .Description(
                "One task, or null if there is no task with that id. The description and the prefixes are URL-encoded (form style).")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => await store.GetAsync(c.GetArgument<string>("id"), c.CancellationToken) is { } task
                ? new TaskView(task, plugins.UrlEncodedOf(task.Type, task.Engine))
                : null);
        Field<GetErrorMessageResponseGraphType>("getErrorMessage")
            .Description("Why a task failed, and what to do about it.")
            .Argument<NonNullGraphType<StringGraphType>>("id", "Id of the task.")
            .ResolveAsync(async c => await FindAsync(c.GetArgument<string>("id"), c.CancellationToken));
        Field<ListGraphType<SecretGraphType>>("listSecrets")
            .Description("Names and descriptions of all secrets, ordered by name.")
            .ResolveAsync(async c => await vault.ListAsync(c.CancellationToken));
        Field<NonNullGraphType<ListGraphType<NonNullGraphType<EndpointGraphType>>>>("listEndpoints")
            .Description("The endpoints of all tasks that are neither stopped nor done, and all others with limits, ordered by name.")
            .ResolveAsync(async c => await limits.ListAsync(c.CancellationToken));
        Field<FailedItemsGraphType>("failedItems")
            .Description("Items that failed in the newest run of a task, in key order.")
            .Argument<NonNullGraphType<IdGraphType>>("taskId", "Id of the task.")
            .Argument<StringGraphType>("after", "endCursor of the previous page.")
            .Argument<IntGraphType>("first", "Items per page, at most 1000.", argument => argument.DefaultValue = 50)
            .ResolveAsync(async c => await ListFailedAsync(c));
        Field<DryRunItemsGraphType>("dryRunItems")
            .Description("Items that the newest dry run of a task has found so far and that would be copied, in key order.")
            .Argument<NonNullGraphType<IdGraphType>>("id", "Id of the task.")
            .Argument<IntGraphType>("limit", "Items per page, at most 1000.", argument => argument.DefaultValue = 50)
            .Argument<StringGraphType>("nextToken", "nextToken of the previous page.")
            .ResolveAsync(async c => await dryRuns.ListAsync(
                c.GetArgument<string>("id"), RequirePageSize(c, "limit"), c.GetArgument<string?>("nextToken"), c.CancellationToken));
    }

    async Task<TaskPage> ListTasksAsync(IResolveFieldContext context)
    {
        var page = context.GetArgument("page", 1);
        var count = context.GetArgument("count", 20);
        var faults = new List<InputError>();
        if (page < 1)
            faults.Add(new InputError("page", $"{page}", "Page numbers start at 1."));
        CheckPageSize("count", count, faults);
        return faults.Count > 0
            ? throw new InvalidInputException(faults)
            : await _store.ListAsync(context.GetArgument<TaskProgress?>("progress"), page, count, context.CancellationToken);
    }

    async Task<FailedItems> ListFailedAsync(IResolveFieldContext context)
    {
        var first = RequirePageSize(context, "first");
        var task = await FindAsync(context.GetArgument<string>("taskId"), context.CancellationToken);
        var after = context.GetArgument<string?>("after");
        foreach (var runId in RunsWithFailures(task))
        {
            var items = await _ledger.ListFailedAsync(runId, after, first + 1, context.CancellationToken);
            if (items.Count > 0)
                return new FailedItems([.. items.Take(first)], items.Count > first);
        }

        return new FailedItems([], false);
    }

    // After a retry that failed as a whole, the failures are still those of the run before it.
    static IEnumerable<string> RunsWithFailures(TaskRecord task)
    {
        if (task.CurrentRunId is { } newest)
            yield return newest;
        if (task is { RunState: RunState.Finished, Progress: TaskProgress.Error, RetryOf: { } before }
            && task.ErrorCode is not TaskErrorCode.CompleteCheckError)
            yield return before;
    }

    static int RequirePageSize(IResolveFieldContext context, string field)
    {
        var count = context.GetArgument(field, 50);
        var faults = new List<InputError>();
        CheckPageSize(field, count, faults);
        return faults.Count > 0 ? throw new InvalidInputException(faults) : count;
    }

    static void CheckPageSize(string field, int count, List<InputError> faults)
    {
        if (count is < 1 or > MostOnAPage)
            faults.Add(new InputError(field, $"{count}", $"A page has 1 to {MostOnAPage} entries."));
    }

    async Task<TaskRecord> FindAsync(string id, CancellationToken cancellationToken) =>
        await _store.GetAsync(id, cancellationToken) ?? throw new NotFoundException("task", id);
}
