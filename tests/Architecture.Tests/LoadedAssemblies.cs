using System.Collections.Concurrent;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace DataTransferHub.Architecture.Tests;

/// <summary>The types of the product's assemblies and what they depend on. Each is loaded once, by the first test that asks.</summary>
public sealed class LoadedAssemblies
{
    readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<IType>>> _types = new();

    /// <summary>The types of one assembly.</summary>
    internal IReadOnlyList<IType> TypesOf(string assembly) =>
        _types.GetOrAdd(assembly, name => new(() => [.. new ArchLoader().LoadAssemblies(Assembly.Load(name)).Build().Types])).Value;
}
