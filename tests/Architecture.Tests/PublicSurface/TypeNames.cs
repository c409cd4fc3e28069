using System.Reflection;
using System.Runtime.CompilerServices;

namespace DataTransferHub.Architecture.Tests.PublicSurface;

/// <summary>Writes types as C# does, with what the compiler noted about null.</summary>
static class TypeNames
{
    // The compiler's note: 0 nothing is said, 1 never null, 2 may be null; one for every reference type in the type, outermost first.
    const byte MayBeNull = 2;

    static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
    };

    internal static string Of(Type type, IEnumerable<CustomAttributeData> attributes, MemberInfo declaredIn)
    {
        var notes = attributes.FirstOrDefault(IsNote)?.ConstructorArguments[0].Value switch
        {
            byte all => Enumerable.Repeat(all, 100),
            IReadOnlyList<CustomAttributeTypedArgument> each => each.Select(note => (byte)note.Value!),
            _ => Enumerable.Repeat(ContextOf(declaredIn), 100),
        };
        return Write(type, new Queue<byte>(notes));
    }

    internal static string Simple(Type type) => Write(type, new Queue<byte>(Enumerable.Repeat((byte)0, 100)));

    /// <summary>The note on a type parameter: 1 means that it is constrained to be never null.</summary>
    internal static byte NoteOn(Type parameter, MemberInfo declaredIn) =>
        parameter.CustomAttributes.FirstOrDefault(IsNote)?.ConstructorArguments[0].Value as byte? ?? ContextOf(declaredIn);

    internal static string WithoutArity(string name) => name.Split('`')[0];

    static bool IsNote(CustomAttributeData attribute) => attribute.AttributeType.FullName == typeof(NullableAttribute).FullName;

    static byte ContextOf(MemberInfo? member)
    {
        for (; member is not null; member = member.DeclaringType)
        {
            if (member.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == typeof(NullableContextAttribute).FullName) is { } context)
                return (byte)context.ConstructorArguments[0].Value!;
        }

        return 0;
    }

    static string Write(Type type, Queue<byte> notes)
    {
        if (type.IsByRef)
            return Write(type.GetElementType()!, notes);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Write(underlying, notes) + "?";

        var suffix = !type.IsValueType || type.IsGenericType ? notes.Dequeue() == MayBeNull ? "?" : "" : "";
        if (type.IsArray)
            return Write(type.GetElementType()!, notes) + "[]" + suffix;
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword + suffix;
        var name = WithoutArity(type.Name);
        return type.IsGenericType
            ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(argument => Write(argument, notes)))}>{suffix}"
            : name + suffix;
    }
}
