namespace DataTransferHub.Objects.Stores.Local;

/// <summary>A folder of this machine.</summary>
/// <param name="Side">Which end it is.</param>
/// <param name="Folder">Its absolute path, without a trailing slash.</param>
sealed record LocalLocation(StoreSide Side, string Folder) : StoreLocation(Side, TypeName)
{
    /// <summary>The value of <c>srcType</c> and <c>destType</c>.</summary>
    public const string TypeName = "Local_Folder";

    // Where a folder's disk begins is not known, so all folders are one.
    public override string Endpoint => "file://";

    public override string Name => "file://" + Folder;

    // By the folders that links lead to, so that a link does not hide that one location is within the other.
    public override string? KeyOf(StoreLocation other)
    {
        if (Folder.Length == 0 || other is not LocalLocation { Folder.Length: > 0 } local)
            return null;
        var (own, its) = (RealPath.Of(Folder), RealPath.Of(local.Folder));
        if (own == its)
            return "";
        return LocalPath.IsWithin(its, own) ? Path.GetRelativePath(own, its).Replace(Path.DirectorySeparatorChar, '/') + "/" : null;
    }
}
