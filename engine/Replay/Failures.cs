using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask;
using CoreException = DurableTask.Core.Exceptions.OrchestrationException;
using P = Microsoft.DurableTask.Protobuf;

namespace DataTransferHub.Engine.Replay;

/// <summary>Converts failures between their stored form and the form that the application sees.</summary>
static class Failures
{
    public const string ActivityNotFound = "ActivityTaskNotFound";
    public const string OrchestratorNotFound = "OrchestratorTaskNotFound";
    public const string PoisonWorkItem = "PoisonWorkItem";
    public const string CorruptHistory = "CorruptHistory";
    public const string InstanceReplaced = "InstanceReplaced";

    // What the official worker passes to a retry handler for a failure without details (Abstractions, TaskFailureDetails.FromException).
    const string UnknownText = "(unknown)";

    public static TaskFailureDetails Unknown { get; } = new(UnknownText, UnknownText, null, null, null);

    /// <summary>The failure as an exception of the Durable Task Framework, which the predicate of a retry policy takes.</summary>
    public static CoreException ToCore(TaskFailureDetails? details)
    {
        var exception = new DurableTask.Core.Exceptions.TaskFailedException(details?.ErrorMessage ?? UnknownText);
        if (details is not null)
            SetFailureDetails(exception, ToCoreDetails(details));
        return exception;
    }

    // The framework sets this property itself; the setter is not public.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_FailureDetails")]
    static extern void SetFailureDetails(CoreException exception, DurableTask.Core.FailureDetails? details);

    static DurableTask.Core.FailureDetails ToCoreDetails(TaskFailureDetails details) => new(
        details.ErrorType,
        details.ErrorMessage,
        details.StackTrace,
        details.InnerFailure is { } inner ? ToCoreDetails(inner) : null,
        isNonRetriable: false,
        details.Properties);

    public static P.TaskFailureDetails Permanent(string errorType, string message) =>
        new() { ErrorType = errorType, ErrorMessage = message, IsNonRetriable = true };

    public static P.TaskFailureDetails FromException(Exception exception) => exception switch
    {
        NonDeterministicOrchestrationException e => Permanent(NonDeterministicOrchestrationException.ErrorType, e.Message),
        TaskFailedException e => new()
        {
            ErrorType = typeof(TaskFailedException).FullName,
            ErrorMessage = e.Message,
            StackTrace = e.StackTrace,

            // Null if a sub-orchestration was terminated.
            InnerFailure = e.FailureDetails is { } details ? ToProtocol(details) : null,
        },
        _ => new()
        {
            ErrorType = exception.GetType().ToString(),
            ErrorMessage = MessageOf(exception),
            StackTrace = exception.StackTrace,
            InnerFailure = exception.InnerException is { } inner ? FromException(inner) : null,
        },
    };

    static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message;
        }
        // Message is application code and may throw; the failure is recorded without it.
        catch (Exception e)
        {
            return $"(reading the message of this exception threw {e.GetType()})";
        }
    }

    public static P.TaskFailureDetails ToProtocol(TaskFailureDetails details)
    {
        var failure = new P.TaskFailureDetails
        {
            ErrorType = details.ErrorType,
            ErrorMessage = details.ErrorMessage,
            StackTrace = details.StackTrace,
            InnerFailure = details.InnerFailure is { } inner ? ToProtocol(inner) : null,
        };
        foreach (var (name, value) in details.Properties ?? new Dictionary<string, object?>())
            failure.Properties[name] = ToValue(value);
        return failure;
    }

    public static TaskFailureDetails ToDetails(P.TaskFailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? ToDetails(inner) : null,
        failure.Properties.Count == 0 ? null : failure.Properties.ToDictionary(p => p.Key, p => FromValue(p.Value)));

    static Value ToValue(object? value) => value switch
    {
        null => Value.ForNull(),
        bool b => Value.ForBool(b),
        string s => Value.ForString(s),
        IConvertible and (sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal) =>
            Value.ForNumber(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)),
        _ => Value.ForString(value.ToString()),
    };

    static object? FromValue(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.BoolValue => value.BoolValue,
        Value.KindOneofCase.NumberValue => value.NumberValue,
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.NullValue or Value.KindOneofCase.None => null,
        _ => value.ToString(),
    };
}
