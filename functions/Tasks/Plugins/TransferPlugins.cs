namespace DataTransferHub.Tasks.Plugins;

/// <summary>The kinds of data that this hub can move.</summary>
sealed class TransferPlugins(IEnumerable<ITransferPlugin> plugins)
{
    readonly Dictionary<(string Type, TaskEngine Engine), ITransferPlugin> _plugins =
        plugins.ToDictionary(plugin => (plugin.Type, plugin.Engine));

    /// <summary>All of them, by type and engine.</summary>
    public IEnumerable<ITransferPlugin> All => _plugins.Values.OrderBy(plugin => plugin.Type, StringComparer.Ordinal)
        .ThenBy(plugin => plugin.Engine);

    /// <summary>The plugin for a type and an engine, or null if this hub has none.</summary>
    public ITransferPlugin? Find(string type, TaskEngine engine) => _plugins.GetValueOrDefault((type, engine));

    /// <summary>What the items of a task are called.</summary>
    public ItemNoun ItemOf(string type, TaskEngine engine) => Find(type, engine)?.Item ?? ItemNoun.Item;

    /// <summary>Names of the parameters of a task that are URL-encoded.</summary>
    public IReadOnlySet<string> UrlEncodedOf(string type, TaskEngine engine) =>
        Find(type, engine)?.Parameters.Where(parameter => parameter.Form is ParameterForm.UrlEncoded).Select(parameter => parameter.Name)
            .ToHashSet(StringComparer.Ordinal) ?? [];

    /// <summary>Whether a task uses a secret. A task without a plugin in this hub may use it in any parameter.</summary>
    public bool UsesSecret(string type, TaskEngine engine, TaskParameters parameters, string secret) =>
        Find(type, engine) is { } plugin
            ? plugin.Parameters.Any(parameter => parameter.Form is ParameterForm.SecretName && parameters.Get(parameter.Name) == secret)
            : parameters.Values.Values.Contains(secret);
}
