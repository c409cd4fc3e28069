using DataTransferHub.Sqlite;

namespace DataTransferHub.Engine.Storage;

/// <summary>A stored row is not what was written, by its checksum or its kind, or is missing.</summary>
sealed class CorruptRowException(string message, Exception? cause = null) : Exception(message, cause)
{
    bool _isLost;

    /// <summary>Data that a damaged page has cost.</summary>
    /// <param name="what">What is lost.</param>
    public static CorruptRowException Lost(string what) => new(what) { _isLost = true };

    /// <summary>What to say of it.</summary>
    public string Describe(string path) => _isLost ? FaultText.Lost(path, Message) : FaultText.Damaged(path, Message);
}
