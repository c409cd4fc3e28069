namespace DataTransferHub.Objects.Stores.Local;

/// <summary>A folder of this machine.</summary>
/// <param name="Side">Which end it is.</param>
/// <param name="Folder">Its absolute path, without a trailing slash.</param>
sealed record LocalLocation(StoreSide Side, string Folder) : StoreLocation(Side, TypeName)
{
    /// <summary>The value of <c>srcType</c> and <c>destType</c>.</summary>
    public const string TypeName = "Local_Folder";

    public override string Name => "file://" + Folder;

    public override string? KeyOf(StoreLocation other) => other switch
    {
        LocalLocation same when same.Folder == Folder => "",
        LocalLocation inside when LocalPath.IsWithin(inside.Folder, Folder) =>
            Path.GetRelativePath(Folder, inside.Folder).Replace(Path.DirectorySeparatorChar, '/') + "/",
        _ => null,
    };
}
