using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DataTransferHub.Architecture.Tests.PublicSurface;

/// <summary>
/// Writes the public surface of an assembly in a normal form: C# declarations without bodies, one line each. Records are written as they
/// are declared: what the compiler adds to them is left out.
/// </summary>
static class Signatures
{
    const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>A type's line and its members' lines, by namespace and type: <c>Namespace: declaration</c>.</summary>
    internal static SortedSet<string> Of(IEnumerable<Type> types)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            var header = $"{type.Namespace}: {Header(type)}";
            lines.Add(header);
            foreach (var member in Members(type))
                lines.Add($"{header} | {member}");
        }

        return lines;
    }

    static string Header(Type type)
    {
        var attributes = Attributes(type);
        if (type.IsEnum)
        {
            var fields = type.GetFields(BindingFlags.Public | BindingFlags.Static);
            return $"{attributes}public enum {type.Name} {{ {string.Join(", ", fields.Select(field =>
                $"{Attributes(field)}{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"))} }}";
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"{attributes}public delegate {ReturnOf(invoke)} {type.Name}({Parameters(invoke)})";
        }

        var kind = type.IsInterface ? "interface"
            : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct")
            : (type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")
              + (IsRecord(type) ? "record" : "class");
        var bases = new List<string>();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases.Add(TypeNames.Simple(parent));
        bases.AddRange(OwnInterfaces(type).Select(TypeNames.Simple).Order(StringComparer.Ordinal));
        return $"{attributes}public {kind} {NameOf(type)}{(Primary(type) is { } primary ? $"({Parameters(primary)})" : "")}"
            + (bases.Count > 0 ? " : " + string.Join(", ", bases) : "") + Constraints(type.GetGenericArguments(), type);
    }

    static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
            yield break;
        var positional = Primary(type)?.GetParameters().Select(parameter => parameter.Name).ToHashSet() ?? [];
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
        {
            yield return Attributes(field) + $"{Access(field.IsPublic)} {(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}"
                + $"{(field.IsInitOnly ? "readonly " : "")}{TypeNames.Of(field.FieldType, field.CustomAttributes, type)} {field.Name}"
                + (field.IsLiteral ? $" = {Value(field.GetRawConstantValue(), field.FieldType)}" : "");
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
        {
            if (constructor.IsStatic || constructor.IsDefined(typeof(CompilerGeneratedAttribute)) || constructor == Primary(type) || IsImplicit(constructor))
                continue;
            yield return $"{Attributes(constructor)}{Access(constructor.IsPublic)} {TypeNames.WithoutArity(type.Name)}({Parameters(constructor)})";
        }

        foreach (var property in type.GetProperties(Declared))
        {
            var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToList();
            if (accessors.Count == 0 || (IsRecord(type) && (property.Name == "EqualityContract" || positional.Contains(property.Name))))
                continue;
            var shown = accessors[0];
            var note = property.GetMethod is { } get ? get.ReturnParameter.CustomAttributes.Concat(property.CustomAttributes) : property.CustomAttributes;
            yield return $"{Attributes(property)}{Modifiers(shown, type)}{TypeNames.Of(property.PropertyType, note, shown)} {property.Name} {{ "
                + string.Concat(accessors.OrderBy(accessor => accessor.ReturnType == typeof(void)).Select(accessor =>
                    accessor.ReturnType != typeof(void) ? "get; " : IsInit(accessor) ? "init; " : "set; ")) + "}";
        }

        foreach (var method in type.GetMethods(Declared).Where(IsVisible))
        {
            if (method.IsDefined(typeof(CompilerGeneratedAttribute)) || (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal)))
                continue;
            if (method.Name.Contains('<', StringComparison.Ordinal))
                continue;
            yield return $"{Attributes(method)}{Modifiers(method, type)}{NameAndReturn(method)}({Parameters(method)})"
                + (method.IsGenericMethod ? Constraints(method.GetGenericArguments(), method) : "");
        }
    }

    static string NameAndReturn(MethodInfo method) => method.Name switch
    {
        "op_Implicit" => $"implicit operator {ReturnOf(method)}",
        "op_Equality" => $"{ReturnOf(method)} operator ==",
        "op_Inequality" => $"{ReturnOf(method)} operator !=",
        _ => $"{ReturnOf(method)} {method.Name}"
            + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : ""),
    };

    static string ReturnOf(MethodInfo method) => TypeNames.Of(method.ReturnType, method.ReturnParameter.CustomAttributes, method);

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, index) =>
        (index == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")
        + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + (parameter.IsOut ? "out " : "")
        + TypeNames.Of(parameter.ParameterType, parameter.CustomAttributes, method) + " " + parameter.Name
        + (parameter.HasDefaultValue ? " = " + Value(parameter.RawDefaultValue, parameter.ParameterType) : "")));

    static string Value(object? value, Type type) => value switch
    {
        null when type.IsValueType && Nullable.GetUnderlyingType(type) is null => "default",
        null => "null",
        bool truth => truth ? "true" : "false",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static string Modifiers(MethodInfo method, Type type)
    {
        if (type.IsInterface)
            return "";
        var isOverride = method.IsVirtual && method.GetBaseDefinition() != method;
        return Access(method.IsPublic) + (method.IsStatic ? " static" : "")
            + (isOverride ? " override" : method.IsAbstract ? " abstract" : method is { IsVirtual: true, IsFinal: false } ? " virtual" : "") + " ";
    }

    static string Access(bool isPublic) => isPublic ? "public" : "protected";

    static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    // A constructor nobody wrote: the only one, without parameters, as visible as the type lets it be.
    static bool IsImplicit(ConstructorInfo constructor) =>
        constructor.GetParameters().Length == 0
        && constructor.DeclaringType!.GetConstructors(Declared).Count(other => !other.IsStatic) == 1
        && constructor.IsPublic != constructor.DeclaringType.IsAbstract;

    static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    static ConstructorInfo? Primary(Type type) => IsRecord(type) && type.GetMethod("Deconstruct") is { } deconstruct
        ? type.GetConstructors().Single(constructor => constructor.GetParameters().Length == deconstruct.GetParameters().Length
            && constructor.GetParameters().Select(parameter => parameter.Name).SequenceEqual(deconstruct.GetParameters().Select(parameter => parameter.Name)))
        : null;

    static IEnumerable<Type> OwnInterfaces(Type type)
    {
        var all = type.GetInterfaces();
        var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(all.SelectMany(one => one.GetInterfaces()));
        return all.Except(inherited).Where(one => !(IsRecord(type) && one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEquatable<>)));
    }

    static string NameOf(Type type) => TypeNames.WithoutArity(type.Name)
        + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(argument => argument.Name))}>" : "");

    static string Constraints(Type[] parameters, MemberInfo declaredIn) => string.Concat(parameters.Where(one => one.IsGenericParameter).Select(one =>
    {
        var flags = one.GenericParameterAttributes;
        var constraints = new List<string>();
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            constraints.Add("class");
        constraints.AddRange(one.GetGenericParameterConstraints().Select(TypeNames.Simple));
        if (constraints.Count == 0 && TypeNames.NoteOn(one, declaredIn) == 1)
            constraints.Add("notnull");
        return constraints.Count > 0 ? $" where {one.Name} : {string.Join(", ", constraints)}" : "";
    }));

    static string Attributes(MemberInfo member) => string.Concat(member.GetCustomAttributesData().Select(attribute => attribute.AttributeType.Name switch
    {
        nameof(ObsoleteAttribute) => "[Obsolete] ",
        nameof(AttributeUsageAttribute) => Usage(attribute),
        _ => "",
    }));

    static string Usage(CustomAttributeData attribute) =>
        "[AttributeUsage("
        + string.Join(" | ", ((AttributeTargets)attribute.ConstructorArguments[0].Value!).ToString().Split(", ").Select(target => "AttributeTargets." + target))
        + string.Concat(attribute.NamedArguments.Select(named => $", {named.MemberName} = {Value(named.TypedValue.Value, typeof(bool))}")) + ")] ";
}
