using System.Reflection;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>Awaits the return value of a method and returns its result; null if it has none.</summary>
delegate Task<object?> ResultReader(object? returned);

/// <summary>Readers by return type.</summary>
static class ResultReaders
{
    static readonly Task<object?> Nothing = Task.FromResult<object?>(null);

    internal static ResultReader For(Type type) => type switch
    {
        _ when type == typeof(void) => _ => Nothing,
        _ when type == typeof(Task) => returned => Wait((Task)returned!),
        _ when type == typeof(ValueTask) => returned => Wait(((ValueTask)returned!).AsTask()),
        _ when IsGeneric(type, typeof(Task<>)) => Generic(nameof(WaitFor), type),
        _ when IsGeneric(type, typeof(ValueTask<>)) => Generic(nameof(WaitForValue), type),
        _ => Task.FromResult,
    };

    static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    static ResultReader Generic(string method, Type type) =>
        typeof(ResultReaders).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<ResultReader>();

    static async Task<object?> Wait(Task task)
    {
        await task;
        return null;
    }

    static async Task<object?> WaitFor<T>(object? returned) => await (Task<T>)returned!;

    static async Task<object?> WaitForValue<T>(object? returned) => await (ValueTask<T>)returned!;
}
