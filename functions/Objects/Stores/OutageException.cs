namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A store fails as a whole: it cannot be reached, answers nothing but errors, or rejects the credentials. Trying other objects is useless
/// now, and the objects that were tried have not failed.
/// </summary>
/// <param name="fault">The last fault.</param>
sealed class OutageException(StoreException fault) : Exception(fault.Message, fault)
{
    /// <summary>The last fault.</summary>
    public StoreException Fault => fault;
}
