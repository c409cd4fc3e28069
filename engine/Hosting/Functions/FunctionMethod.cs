using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Provides the value of one argument.</summary>
delegate object? ArgumentBinder(FunctionCall call);

/// <summary>A function of the application, ready to be called.</summary>
sealed class FunctionMethod
{
    readonly MethodInvoker _method;
    readonly ObjectFactory? _newInstance;
    readonly ArgumentBinder[] _arguments;
    readonly ResultReader _result;

    internal FunctionMethod(string name, MethodInfo method, FunctionTrigger trigger, ArgumentBinder[] arguments)
    {
        Name = name;
        Trigger = trigger;
        Definition = new HostFunctionDefinition(name, method, trigger);
        _method = MethodInvoker.Create(method);
        _newInstance = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
        _arguments = arguments;
        _result = ResultReaders.For(method.ReturnType);
    }

    internal string Name { get; }

    internal FunctionTrigger Trigger { get; }

    internal HostFunctionDefinition Definition { get; }

    /// <summary>Calls the method and awaits its result in the caller's context: an orchestrator has its own.</summary>
    internal async Task<object?> InvokeAsync(FunctionCall call)
    {
        var instance = _newInstance?.Invoke(call.Context.InstanceServices, null);
        try
        {
            var values = new object?[_arguments.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = _arguments[i](call);
            return await CallAsync(instance, values);
        }
        finally
        {
            if (instance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (instance as IDisposable)?.Dispose();
        }
    }

    async Task<object?> CallAsync(object? instance, object?[] values)
    {
        try
        {
            return await _result(_method.Invoke(instance, values.AsSpan()));
        }
        // Rethrown in the form in which the official worker passes it on.
        catch (Exception e)
        {
            throw FunctionFailures.Wrap(e);
        }
    }
}
