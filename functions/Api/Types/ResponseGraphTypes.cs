using DataTransferHub.Secrets;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using GraphQL.Types;

namespace DataTransferHub.Api.Types;

/// <summary>One page of tasks.</summary>
sealed class ListTasksResponseGraphType : ObjectGraphType<TaskPage>
{
    public ListTasksResponseGraphType()
    {
        Name = "ListTasksResponseV2";
        Description = "One page of tasks.";
        Field<ListGraphType<TaskGraphType>>("items")
            .Description("The tasks of the page, newest first.")
            .Resolve(c => c.Source.Items.Select(task => new TaskView(task)));
        Field<IntGraphType>("total").Description("Number of tasks on all pages.").Resolve(c => c.Source.Total);
    }
}

/// <summary>Why a task failed.</summary>
sealed class GetErrorMessageResponseGraphType : ObjectGraphType<TaskRecord>
{
    public GetErrorMessageResponseGraphType()
    {
        Name = "GetErrorMessageResponse";
        Description = "Why a task failed.";
        Field<StringGraphType>("errMessage")
            .Description("What failed and what to do about it; empty if nothing failed.")
            .Resolve(c => c.Source.ErrorMessage ?? "");
        Field<TaskErrorCodeGraphType>("errCode")
            .Description("The kind of failure; UN_KNOWN if nothing failed.")
            .Resolve(c => c.Source.ErrorCode ?? TaskErrorCode.UnKnown);
    }
}

/// <summary>The readable part of a secret.</summary>
sealed class SecretGraphType : ObjectGraphType<SecretDescription>
{
    public SecretGraphType()
    {
        Name = "Secret";
        Description = "A named credential. Its value can be written and used, but never read.";
        Field<NonNullGraphType<StringGraphType>>("name").Description("Its name, as tasks refer to it.").Resolve(c => c.Source.Name);
        Field<StringGraphType>("description").Description("What it is for.").Resolve(c => c.Source.Description);
    }
}

/// <summary>One page of failed items.</summary>
sealed record FailedItems(IReadOnlyList<FailedItem> Items, bool HasNextPage);

/// <summary>One page of failed items.</summary>
sealed class FailedItemsGraphType : ObjectGraphType<FailedItems>
{
    public FailedItemsGraphType()
    {
        Name = "FailedItems";
        Description = "One page of the items that failed in the newest run of a task, in key order.";
        Field<NonNullGraphType<ListGraphType<NonNullGraphType<FailedItemGraphType>>>>("items")
            .Description("The items of the page.")
            .Resolve(c => c.Source.Items);
        Field<StringGraphType>("endCursor")
            .Description("Pass it as `after` to get the next page.")
            .Resolve(c => c.Source.Items.Count == 0 ? null : c.Source.Items[^1].Key);
        Field<NonNullGraphType<BooleanGraphType>>("hasNextPage")
            .Description("Whether there are more items.")
            .Resolve(c => c.Source.HasNextPage);
    }
}

/// <summary>An item that failed permanently.</summary>
sealed class FailedItemGraphType : ObjectGraphType<FailedItem>
{
    public FailedItemGraphType()
    {
        Name = "FailedItem";
        Description = "An item that failed after the maximum number of retries.";
        Field<NonNullGraphType<StringGraphType>>("key").Description("Its key in the source.").Resolve(c => c.Source.Key);
        Field<NonNullGraphType<LongGraphType>>("size").Description("Its size in bytes.").Resolve(c => c.Source.Size);
        Field<NonNullGraphType<IntGraphType>>("attempts").Description("How often it was tried.").Resolve(c => c.Source.Attempts);
        Field<NonNullGraphType<StringGraphType>>("error")
            .Description("Why it failed and what to do about it.")
            .Resolve(c => c.Source.Error);
    }
}
