using System.Reflection;
using System.Runtime.CompilerServices;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Finds the functions of an application.</summary>
sealed class FunctionDiscovery(IConfiguration configuration, HostJson settings)
{
    const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Every method with <see cref="FunctionAttribute"/>, ready to be called.</summary>
    /// <exception cref="StartFailure">A function is declared wrongly; the message names its method and the remedy.</exception>
    internal IReadOnlyList<FunctionMethod> Find(IEnumerable<Type> types)
    {
        var functions = new Dictionary<string, (FunctionMethod Function, MethodInfo Method)>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in types.SelectMany(type => type.GetMethods(Declared)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
                continue;
            var function = Read(attribute.Name, method);
            if (!functions.TryAdd(function.Name, (function, method)))
            {
                var both = $"{NameOf(functions[function.Name].Method)} and {NameOf(method)}";
                throw new StartFailure($"the functions {both} have the same name '{function.Name}'; rename one.");
            }
        }

        ThrowIfTasksShareNames(functions.Values.Select(found => found.Function));
        return [.. functions.Values.Select(found => found.Function)];
    }

    FunctionMethod Read(string name, MethodInfo method)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw Cannot(method, "has no name; set it in [Function(\"name\")]");
        if (!method.IsPublic)
            throw Cannot(method, "is not public; make it public");
        if (method.ContainsGenericParameters)
            throw Cannot(method, "is generic; use concrete types");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw Cannot(method, "is async void, so it cannot be awaited; return Task");

        if (method.GetCustomAttribute<RetryAttribute>() is { } retry)
        {
            throw Cannot(
                method,
                $"requests retries by the host with {retry.GetType().Name}, which the embedded host does not support; "
                + "retry in the function, or set a retry policy where the activity is called");
        }

        if (OutputBindingsOf(method).FirstOrDefault() is { } output)
        {
            throw Cannot(
                method,
                $"has an output binding, {output.GetType().Name}, which the embedded host does not support; "
                + "write the output in the function");
        }

        var trigger = ReadTrigger(name, method);
        return new FunctionMethod(name, method, trigger, ArgumentBinders.For(method, trigger));
    }

    // The attributes of the method, of its return type, and of that type's properties.
    static IEnumerable<OutputBindingAttribute> OutputBindingsOf(MethodInfo method)
    {
        var returned = method.ReturnType is { IsGenericType: true } generic && typeof(Task).IsAssignableFrom(generic)
            ? generic.GetGenericArguments()[0]
            : method.ReturnType;
        return method.GetCustomAttributes<OutputBindingAttribute>()
            .Concat(method.ReturnParameter.GetCustomAttributes<OutputBindingAttribute>())
            .Concat(returned.GetProperties().SelectMany(property => property.GetCustomAttributes<OutputBindingAttribute>()));
    }

    FunctionTrigger ReadTrigger(string name, MethodInfo method)
    {
        var triggers = method.GetParameters()
            .Select(parameter => (Parameter: parameter, Attribute: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(found => found.Attribute is not null)
            .ToList();
        if (triggers.Count != 1)
        {
            throw Cannot(method, triggers.Count == 0
                ? "has no trigger; mark one parameter with [HttpTrigger], [TimerTrigger], [OrchestrationTrigger] or [ActivityTrigger]"
                : "has several triggers; keep one");
        }

        var (parameter, attribute) = triggers[0];
        return attribute switch
        {
            HttpTriggerAttribute http =>
                new HttpFunctionTrigger(parameter, ReadRoute(name, method, http), http.Methods ?? [], http.AuthLevel),
            TimerTriggerAttribute timer => new TimerFunctionTrigger(parameter, ReadSchedule(method, timer.Schedule), timer.RunOnStartup),
            OrchestrationTriggerAttribute orchestration => new OrchestratorFunctionTrigger(parameter, orchestration.Orchestration ?? name),
            ActivityTriggerAttribute activity => new ActivityFunctionTrigger(parameter, activity.Activity ?? name),
            _ => throw Cannot(
                method,
                $"has a trigger that the embedded host does not support, {attribute!.GetType().Name}; run it on Azure Functions"),
        };
    }

    RoutePattern ReadRoute(string name, MethodInfo method, HttpTriggerAttribute http)
    {
        var route = $"{settings.RoutePrefix}/{http.Route ?? name}".Trim('/');
        try
        {
            return RoutePatternFactory.Parse("/" + route);
        }
        catch (RoutePatternException e)
        {
            throw Cannot(method, $"has an invalid route '{http.Route}'; correct it: {e.Message}");
        }
    }

    TimerSchedule ReadSchedule(MethodInfo method, string schedule)
    {
        if (schedule is ['%', .. var key, '%'])
        {
            schedule = configuration[key]
                ?? throw Cannot(method, $"reads its schedule from the configuration value '{key}', which is not set; set it");
        }

        return TimerSchedule.TryParse(schedule, out var parsed)
            ? parsed
            : throw Cannot(
                method,
                $"has a schedule '{schedule}' that is neither a cron expression (second minute hour day month weekday) nor hh:mm:ss");
    }

    static void ThrowIfTasksShareNames(IEnumerable<FunctionMethod> functions)
    {
        var shared = functions
            .Select(function => (function.Name, Task: function.Trigger switch
            {
                OrchestratorFunctionTrigger orchestrator => "orchestrator " + orchestrator.Name,
                ActivityFunctionTrigger activity => "activity " + activity.Name,
                _ => null,
            }))
            .Where(named => named.Task is not null)
            .GroupBy(named => named.Task, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Count() > 1);
        if (shared is not null)
            throw new StartFailure(
                $"the functions {string.Join(" and ", shared.Select(named => named.Name))} are both {shared.Key}; rename one.");
    }

    internal static StartFailure Cannot(MethodInfo method, string fault) => new($"the function {NameOf(method)} {fault}.");

    internal static string NameOf(MethodInfo method) => $"{method.DeclaringType}.{method.Name}";
}
