using DataTransferHub.Tasks.DryRuns;
using GraphQL.Types;

namespace DataTransferHub.Api.Types;

/// <summary>The states of a dry run.</summary>
sealed class DryRunStateGraphType : EnumerationGraphType
{
    public DryRunStateGraphType()
    {
        Name = "DryRunState";
        Description = "The state of a dry run.";
        Add("RUNNING", DryRunState.Running, "It searches.");
        Add("DONE", DryRunState.Done, "It has found everything.");
        Add("ERROR", DryRunState.Error, "It has ended early; see `error`.");
    }
}

/// <summary>The reasons of copies.</summary>
sealed class CopyReasonGraphType : EnumerationGraphType
{
    public CopyReasonGraphType()
    {
        Name = "CopyReason";
        Description = "Why an item would be copied.";
        Add("MISSING", CopyReason.Missing, "The destination does not have it.");
        Add("SIZE", CopyReason.Size, "The two ends have different sizes.");
        Add("CHECKSUM", CopyReason.Checksum, "The two ends have different checksums.");
        Add("VERSION", CopyReason.Version, "The source has another version than the one that was copied last.");
        Add("NEWER", CopyReason.Newer, "The source is newer than the copy, and nothing better can be compared.");
        Add("UNPROVEN", CopyReason.Unproven, "The copy could not be shown to be right when it was written.");
        Add("NOT_COMPARED", CopyReason.NotCompared, "The task copies without comparing.");
    }
}

/// <summary>A dry run.</summary>
sealed class DryRunGraphType : ObjectGraphType<DryRun>
{
    public DryRunGraphType()
    {
        Name = "DryRun";
        Description = "A search for what a task would copy. Nothing is copied.";
        Field<NonNullGraphType<DryRunStateGraphType>>("state").Description("Its state.").Resolve(c => c.Source.State);
        Field<NonNullGraphType<LongGraphType>>("found")
            .Description("Items found in the source so far that are in scope.")
            .Resolve(c => c.Source.Counts.Found);
        Field<NonNullGraphType<LongGraphType>>("toCopy")
            .Description("Items found so far that would be copied.")
            .Resolve(c => c.Source.Counts.ToCopy);
        Field<NonNullGraphType<LongGraphType>>("bytes").Description("Their bytes.").Resolve(c => c.Source.Counts.Bytes);
        Field<NonNullGraphType<AwsDateTimeGraphType>>("startedAt").Description("When it started.").Resolve(c => c.Source.StartedAt);
        Field<AwsDateTimeGraphType>("endedAt").Description("When it ended, or null.").Resolve(c => c.Source.EndedAt);
        Field<StringGraphType>("error")
            .Description("Why it ended early and what to do about it, or null.")
            .Resolve(c => c.Source.Error);
    }
}

/// <summary>One page of the items of a dry run.</summary>
sealed class DryRunItemsGraphType : ObjectGraphType<DryRunPage>
{
    public DryRunItemsGraphType()
    {
        Name = "DryRunItems";
        Description = "One page of the items that a dry run has found.";
        Field<NonNullGraphType<ListGraphType<NonNullGraphType<DryRunItemGraphType>>>>("items")
            .Description("The items of the page.")
            .Resolve(c => c.Source.Items);
        Field<StringGraphType>("nextToken")
            .Description("Pass it as `nextToken` to get the next page; null if there is none.")
            .Resolve(c => c.Source.NextToken);
    }
}

/// <summary>An item of a dry run.</summary>
sealed class DryRunItemGraphType : ObjectGraphType<DryRunItem>
{
    public DryRunItemGraphType()
    {
        Name = "DryRunItem";
        Description = "An item that would be copied.";
        Field<NonNullGraphType<StringGraphType>>("key").Description("Its key in the source.").Resolve(c => c.Source.Key);
        Field<NonNullGraphType<LongGraphType>>("size").Description("Its size in bytes.").Resolve(c => c.Source.Size);
        Field<NonNullGraphType<CopyReasonGraphType>>("reason").Description("Why it would be copied.").Resolve(c => c.Source.Reason);
    }
}
