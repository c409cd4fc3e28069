namespace DataTransferHub.Engine.Catalog;

/// <summary>
/// Parts of the public model of the official packages that the embedded engine does not offer (docs/programming-model.md).
/// </summary>
static class NotOffered
{
    /// <summary>The failure of a call that needs such a part.</summary>
    /// <param name="feature">What it is, with the name of the member.</param>
    /// <param name="remedy">What to do without it.</param>
    public static NotSupportedException Feature(string feature, string remedy) =>
        new($"The embedded engine does not offer {feature}: {remedy}, or run the application on the Azure Functions host.");
}
