using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Limits;
using GraphQL.Types;

namespace DataTransferHub.Api.Types;

/// <summary>The limits of a task or an endpoint.</summary>
sealed class RateLimitsGraphType : ObjectGraphType<RateLimits>
{
    public RateLimitsGraphType()
    {
        Name = "RateLimits";
        Description = "What is transferred at most, on average over about a second, by each process of the hub.";
        Field<LongGraphType>("bytesPerSecond")
            .Description("Bytes a second that are read, and as many that are written. Null for no limit.")
            .Resolve(c => c.Source.BytesPerSecond);
        Field<LongGraphType>("requestsPerSecond")
            .Description("Requests a second. Null for no limit.")
            .Resolve(c => c.Source.RequestsPerSecond);
    }
}

/// <summary>An endpoint and its limits.</summary>
sealed class EndpointGraphType : ObjectGraphType<LimitedEndpoint>
{
    public EndpointGraphType()
    {
        Name = "Endpoint";
        Description = "A service to which tasks send requests.";
        Field<NonNullGraphType<StringGraphType>>("name").Description("Its address.").Resolve(c => c.Source.Name);
        Field<NonNullGraphType<RateLimitsGraphType>>("limits")
            .Description("What all tasks together transfer at most.")
            .Resolve(c => c.Source.Limits);
    }
}

/// <summary>Limits to set.</summary>
sealed class RateLimitsInput
{
    public long? BytesPerSecond { get; set; }

    public long? RequestsPerSecond { get; set; }

    public RateLimits ToLimits() => new(BytesPerSecond, RequestsPerSecond);
}

/// <summary>The input of <c>setTaskLimits</c> and <c>setEndpointLimits</c>.</summary>
sealed class RateLimitsInputGraphType : InputObjectGraphType<RateLimitsInput>
{
    public RateLimitsInputGraphType()
    {
        Name = "RateLimitsInput";
        Description = "Limits to set. What is null or left out is not limited.";
        Field<LongGraphType>("bytesPerSecond")
            .Description("Bytes a second that are read, and as many that are written; at least 1024.");
        Field<LongGraphType>("requestsPerSecond").Description("Requests a second; at least 1.");
    }
}
