using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataTransferHub.Objects.Stores;

/// <summary>
/// A version of an object, as its store names it. Nothing follows from its form: it is compared with another of the same store, and given
/// back to that store. The case of letters does not matter, as stores spell the digits of one version in different cases.
/// </summary>
/// <param name="Value">The store's name for it; empty where the store did not tell.</param>
[JsonConverter(typeof(TextForm))]
readonly record struct ObjectVersion(string Value)
{
    /// <summary>The version of a store that did not tell.</summary>
    public static readonly ObjectVersion Unknown = new("");

    /// <summary>Whether the store told it.</summary>
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
