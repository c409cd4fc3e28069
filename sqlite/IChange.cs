namespace DataTransferHub.Sqlite;

/// <summary>
/// One atomic change. The writer applies it in a transaction that it may share with other changes, and reports once that transaction is
/// on the disk. All three methods run on the writer's thread; what they do must be short.
/// </summary>
/// <typeparam name="TWriter">What changes are made with.</typeparam>
public interface IChange<in TWriter>
{
    /// <summary>
    /// Makes the change. It may be called again if the transaction it first ran in was rolled back, so it overwrites what it noted
    /// before. Whatever it throws rolls it back.
    /// </summary>
    void Apply(TWriter writer);

    /// <summary>The change is durable. Changes are reported in the order in which they were applied.</summary>
    void Committed();

    /// <summary>The change was not made.</summary>
    /// <param name="reason">A <see cref="DatabaseException"/> where the file or its disk is at fault, else what the change threw.</param>
    void Failed(Exception reason);
}
