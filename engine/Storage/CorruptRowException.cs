namespace DataTransferHub.Engine.Storage;

/// <summary>A stored row is not what was written, by its checksum or its kind.</summary>
sealed class CorruptRowException(string message, Exception? cause = null) : Exception(message, cause);
