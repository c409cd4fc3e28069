using DataTransferHub.Secrets;
using DataTransferHub.Storage;
using DataTransferHub.Tasks;
using GraphQL;
using GraphQL.Execution;
using GraphQLParser.Exceptions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Api;

/// <summary>
/// What a caller sees of an error: its message, <c>extensions.code</c>, and for faults of the input <c>extensions.fields</c>. What
/// went wrong inside the hub is logged under a reference, and the caller gets only the reference.
/// </summary>
sealed partial class ErrorAnswers(IOptions<HubOptions> options, ILogger<ErrorAnswers> logger) : ErrorInfoProvider
{
    // An error that does not name its file (from the engine's history, for example) concerns some file of the data folder.
    readonly string _dataFolder = Path.GetFullPath(options.Value.DataDirectory);

    /// <summary>Logs what the caller may not see.</summary>
    public void Handle(UnhandledExceptionContext context)
    {
        if (context.OriginalException is RequestException or VaultException or GraphQLParserException)
            return;
        if (StorageException.Find(context.OriginalException, _dataFolder) is { } storage)
        {
            LogStorage(storage.Message);
            return;
        }

        var reference = Guid.NewGuid().ToString("N")[..12];
        context.ErrorMessage =
            $"The request failed because of an internal error. See the hub's log for reference {reference}.";
        LogUnexpected(context.OriginalException, reference);
    }

    public override ErrorInfo GetInfo(ExecutionError executionError) => executionError.InnerException switch
    {
        InvalidInputException e => Answer(e.Message, "INVALID_INPUT", e.Errors.Select(error => new Dictionary<string, object?>
        {
            ["field"] = error.Field,
            ["value"] = error.Value,
            ["remedy"] = error.Remedy,
        }).ToList()),
        NotFoundException e => Answer(e.Message, "NOT_FOUND"),
        ConflictException e => Answer(e.Message, "CONFLICT"),
        VaultException e => Answer(e.Message, "VAULT_UNAVAILABLE"),
        { } e when StorageException.Find(e, _dataFolder) is { } storage =>
            Answer(storage.Message, storage.IsFull ? "STORAGE_FULL" : "STORAGE_UNAVAILABLE"),
        GraphQLParserException e => Answer(e.Message, "INVALID_REQUEST"),
        _ when executionError is UnhandledError => Answer(executionError.Message, "INTERNAL_ERROR"),
        _ => Answer(executionError.Message, executionError.Code ?? "INVALID_REQUEST"),
    };

    static ErrorInfo Answer(string message, string code, object? fields = null)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (fields is not null)
            extensions["fields"] = fields;
        return new ErrorInfo { Message = message, Extensions = extensions };
    }

    [LoggerMessage(EventId = 3002, Level = LogLevel.Error, Message = "An API request failed: {Reason}")]
    partial void LogStorage(string reason);

    [LoggerMessage(
        EventId = 3001, Level = LogLevel.Error, Message = "An API request failed; the caller got the reference {Reference}.")]
    partial void LogUnexpected(Exception exception, string reference);
}
