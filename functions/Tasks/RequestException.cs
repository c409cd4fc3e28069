using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Tasks;

/// <summary>A request that cannot be met, with a message for the caller.</summary>
abstract class RequestException(string message) : Exception(message);

/// <summary>What was sent is at fault.</summary>
sealed class InvalidInputException(IReadOnlyList<InputError> errors) : RequestException(string.Join("\n", errors))
{
    /// <summary>Every fault found.</summary>
    public IReadOnlyList<InputError> Errors => errors;
}

/// <summary>What was named does not exist.</summary>
sealed class NotFoundException(string what, string? name) : RequestException($"There is no {what} '{name}'.");

/// <summary>What was asked for does not fit the state things are in.</summary>
sealed class ConflictException(string message) : RequestException(message);
