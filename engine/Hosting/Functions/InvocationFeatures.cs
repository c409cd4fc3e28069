using System.Collections;
using System.Reflection;
using DataTransferHub.Engine.Catalog;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Features of one invocation, by type.</summary>
sealed class InvocationFeatures(FunctionCall call) : IInvocationFeatures
{
    // The feature behind GetInvocationResult, GetOutputBindings and similar methods. It is internal to the worker, so its type is found by
    // name.
    const string BindingsFeature = "IFunctionBindingsFeature";

    // Features behind extension methods of FunctionContext that would otherwise throw a NullReferenceException or return nothing.
    static readonly Dictionary<string, (string Feature, string Remedy)> NotOfferedFeatures = new()
    {
        ["IInputConversionFeature"] = ("FunctionContext.BindInputAsync", "take the input as a parameter of the function"),
        ["IHttpRequestDataFeature"] = ("FunctionContext.GetHttpRequestDataAsync", "use GetHttpContext"),
    };

    readonly Dictionary<Type, object> _features = [];

    public void Set<T>(T instance) => _features[typeof(T)] = instance!;

    public T? Get<T>()
    {
        if (_features.TryGetValue(typeof(T), out var feature))
            return (T)feature;
        if (NotOfferedFeatures.TryGetValue(typeof(T).Name, out var missing))
            throw NotOffered.Feature(missing.Feature, missing.Remedy);
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
