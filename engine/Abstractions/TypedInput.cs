namespace Microsoft.DurableTask;

/// <summary>Gives an untyped input its type.</summary>
static class TypedInput
{
    /// <summary>The input as <typeparamref name="T"/>; null becomes the type's default.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    internal static T As<T>(object? input) => input switch
    {
        null => default!,
        T typed => typed,
        _ => throw new ArgumentException($"The input is a '{input.GetType()}', but '{typeof(T)}' was expected.", nameof(input)),
    };
}
