using System.Collections;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Features of one invocation, by type.</summary>
sealed class InvocationFeatures(FunctionCall call) : IInvocationFeatures
{
    // The feature behind GetInvocationResult, GetOutputBindings and the like. It is internal to the worker, so it is made by its name.
    const string BindingsFeature = "IFunctionBindingsFeature";

    readonly Dictionary<Type, object> _features = [];

    public void Set<T>(T instance) => _features[typeof(T)] = instance!;

    public T? Get<T>()
    {
        if (_features.TryGetValue(typeof(T), out var feature))
            return (T)feature;
        if (!typeof(T).IsInterface || typeof(T).Name != BindingsFeature)
            return default;
        var bindings = (object)DispatchProxy.Create<T, InvocationBindings>()!;
        ((InvocationBindings)bindings).Call = call;
        _features[typeof(T)] = bindings;
        return (T)bindings;
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
