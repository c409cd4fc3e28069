using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks;

/// <summary>A request that cannot be carried out, with a message for the caller.</summary>
abstract class RequestException(string message) : Exception(message);

/// <summary>The input is invalid.</summary>
sealed class InvalidInputException(IReadOnlyList<InputError> errors) : RequestException(string.Join("\n", errors))
{
    /// <summary>Every fault found.</summary>
    public IReadOnlyList<InputError> Errors => errors;
}

/// <summary>The named object does not exist.</summary>
sealed class NotFoundException(string what, string? name) : RequestException($"There is no {what} '{name}'.");

/// <summary>The request conflicts with the current state.</summary>
sealed class ConflictException(string message) : RequestException(message);
