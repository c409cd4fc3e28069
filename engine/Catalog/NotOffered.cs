namespace DataTransferHub.Engine.Catalog;

/// <summary>
/// Parts of the public model of the official packages that the embedded engine does not support (docs/programming-model.md).
/// </summary>
static class NotOffered
{
    /// <summary>The exception of a call to such a part.</summary>
    /// <param name="feature">The feature, with the name of the member.</param>
    /// <param name="remedy">What to do instead.</param>
    public static NotSupportedException Feature(string feature, string remedy) =>
        new($"The embedded engine does not support {feature}: {remedy}, or run the application on the Azure Functions host.");
}
