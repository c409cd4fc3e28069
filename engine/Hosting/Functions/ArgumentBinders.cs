using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using DataTransferHub.Engine.Catalog;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Decides once, at the start, where each argument of a function comes from.</summary>
static class ArgumentBinders
{
    static readonly MethodInfo GetInput = typeof(ArgumentBinders).GetMethod(nameof(InputOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    internal static ArgumentBinder[] For(MethodInfo method, FunctionTrigger trigger)
    {
        var parameters = method.GetParameters();
        if (trigger is OrchestratorFunctionTrigger && parameters.Count(IsInput) > 1)
            throw FunctionDiscovery.Cannot(method, "has several input parameters; use one, for example a record");
        return [.. parameters.Select(parameter => trigger.IsOf(parameter)
            ? ForTrigger(method, parameter, trigger)
            : ForOther(method, parameter, trigger))];
    }

    static ArgumentBinder ForTrigger(MethodInfo method, ParameterInfo parameter, FunctionTrigger trigger) => trigger switch
    {
        HttpFunctionTrigger => Taking<HttpRequest>(method, parameter),
        TimerFunctionTrigger => Taking<TimerInfo>(method, parameter),
        OrchestratorFunctionTrigger => Taking<TaskOrchestrationContext>(method, parameter),
        ActivityFunctionTrigger => call => ReadInput(
            (ActivityCall)call.Trigger, call.Context.InstanceServices.GetRequiredService<IDurableHost>(), parameter),
        _ => throw new InvalidOperationException($"No binding for {trigger.Kind}."),
    };

    static ArgumentBinder ForOther(MethodInfo method, ParameterInfo parameter, FunctionTrigger trigger)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
            return call => call.Context;
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
            return ForClient(method, parameter, trigger, client);
        if (trigger is OrchestratorFunctionTrigger)
        {
            return IsInput(parameter)
                ? GetInput.MakeGenericMethod(type).CreateDelegate<ArgumentBinder>()
                : throw Cannot("an orchestrator cannot use a cancellation token; remove it");
        }

        if (type == typeof(CancellationToken))
            return call => call.Context.CancellationToken;
        if (NamesOf(trigger).Contains(parameter.Name!, StringComparer.OrdinalIgnoreCase))
            return call => ReadValue(call, parameter);
        throw Cannot(trigger is HttpFunctionTrigger
            ? $"only HttpRequest, FunctionContext, CancellationToken, [DurableClient] and route values can be bound; add "
                + $"{{{parameter.Name}}} to the route or remove the parameter"
            : "only FunctionContext, CancellationToken and [DurableClient] can be bound beside the trigger; remove it");

        StartFailure Cannot(string why) =>
            FunctionDiscovery.Cannot(method, $"has a parameter '{parameter.Name}' that cannot be bound: {why}");
    }

    static ArgumentBinder ForClient(MethodInfo method, ParameterInfo parameter, FunctionTrigger trigger, DurableClientAttribute client)
    {
        if (trigger is OrchestratorFunctionTrigger)
            throw FunctionDiscovery.Cannot(method, "is an orchestrator with a [DurableClient]; call the client from an activity");
        if (parameter.ParameterType != typeof(DurableTaskClient))
            throw FunctionDiscovery.Cannot(method, $"marks '{parameter.Name}' with [DurableClient]; make it a DurableTaskClient");
        if (client.TaskHub is not null || client.ConnectionName is not null)
            throw FunctionDiscovery.Cannot(
                method, "names a task hub or connection; the embedded host has only one, so remove the names");
        return call => call.Context.InstanceServices.GetRequiredService<IDurableHost>().Client;
    }

    static ArgumentBinder Taking<T>(MethodInfo method, ParameterInfo parameter) => parameter.ParameterType == typeof(T)
        ? call => call.Trigger
        : throw FunctionDiscovery.Cannot(
            method, $"declares its trigger as {parameter.ParameterType.Name}; make '{parameter.Name}' a {typeof(T).Name}");

    static bool IsInput(ParameterInfo parameter) =>
        parameter.ParameterType != typeof(TaskOrchestrationContext)
        && parameter.ParameterType != typeof(FunctionContext)
        && parameter.ParameterType != typeof(CancellationToken)
        && !parameter.IsDefined(typeof(DurableClientAttribute));

    static object? InputOf<T>(FunctionCall call) => ((TaskOrchestrationContext)call.Trigger).GetInput<T>();

    static object? ReadInput(ActivityCall call, IDurableHost durable, ParameterInfo parameter)
    {
        try
        {
            return durable.Converter.Deserialize(call.Input, parameter.ParameterType);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The input of activity '{call.Name}' is not a {parameter.ParameterType}: {e.Message}", e);
        }
    }

    static IEnumerable<string> NamesOf(FunctionTrigger trigger) => trigger switch
    {
        HttpFunctionTrigger http => http.Route.Parameters.Select(parameter => parameter.Name),
        ActivityFunctionTrigger => [FunctionCall.InstanceId],
        _ => [],
    };

    static object? ReadValue(FunctionCall call, ParameterInfo parameter)
    {
        if (!call.Data.TryGetValue(parameter.Name!, out var value) || value is null)
            return parameter.HasDefaultValue ? parameter.DefaultValue : null;
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type.IsInstanceOfType(value))
            return value;
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, value.ToString()!);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            throw new BadHttpRequestException($"'{parameter.Name}' in the path is not a {type.Name}.", e);
        }
    }
}
