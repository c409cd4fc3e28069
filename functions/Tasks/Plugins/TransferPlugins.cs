namespace DataTransferHub.Tasks.Plugins;

/// <summary>The kinds of data that this hub can move.</summary>
sealed class TransferPlugins(IEnumerable<ITransferPlugin> plugins)
{
    readonly Dictionary<TaskType, ITransferPlugin> _byType = plugins.ToDictionary(plugin => plugin.Type);

    /// <summary>The plugin for a type of task, or null when this hub has none.</summary>
    public ITransferPlugin? Find(TaskType type) => _byType.GetValueOrDefault(type);

    /// <summary>The types that have a plugin.</summary>
    public IEnumerable<TaskType> Types => _byType.Keys.Order();
}
