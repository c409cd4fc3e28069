namespace DataTransferHub.Engine.Hosting;

/// <summary>The host cannot start, for a reason its operator can remove. The message is one line: what is wrong and what to do.</summary>
sealed class StartFailure(string message, Exception? cause = null) : Exception(message, cause);
