namespace DataTransferHub.Tasks.Plugins;

/// <summary>What a plugin calls its items in messages.</summary>
/// <param name="Singular">One of them, for example <c>object</c>.</param>
/// <param name="Plural">Several, for example <c>objects</c>.</param>
sealed record ItemNoun(string Singular, string Plural)
{
    /// <summary>The noun for tasks without a plugin in this hub.</summary>
    public static readonly ItemNoun Item = new("item", "items");

    /// <summary>A number of items: <c>1 object</c>, <c>2 objects</c>.</summary>
    public string Count(long number) => $"{number} {(number == 1 ? Singular : Plural)}";
}
