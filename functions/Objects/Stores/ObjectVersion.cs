using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A version of an object, as its store names it. Opaque: it is only compared with another version of the same store, and returned to that
/// store. Case-insensitive, as stores write the hexadecimal digits of one version in different cases.
/// </summary>
/// <param name="Value">The store's name for it; empty if the store did not return one.</param>
[JsonConverter(typeof(TextForm))]
readonly record struct ObjectVersion(string Value)
{
    /// <summary>A version that the store did not return.</summary>
    public static readonly ObjectVersion Unknown = new("");

    /// <summary>Whether the store returned it.</summary>
    public bool IsKnown => !string.IsNullOrEmpty(Value);

    /// <summary>Whether it is the same version.</summary>
    public bool Equals(ObjectVersion other) => string.Equals(Value ?? "", other.Value ?? "", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? Value : "unknown";

    sealed class TextForm : JsonConverter<ObjectVersion>
    {
        public override ObjectVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, ObjectVersion value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value ?? "");
    }
}
