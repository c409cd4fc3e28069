using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataTransferHub.Objects.Stores;

/// <summary>An upload in parts, as its store names it. Opaque: only compared, and returned to that store.</summary>
[JsonConverter(typeof(TextForm))]
readonly record struct UploadSession(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;

    sealed class TextForm : JsonConverter<UploadSession>
    {
        public override UploadSession Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, UploadSession value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}

/// <summary>An upload that was started.</summary>
/// <param name="Session">The upload.</param>
/// <param name="HasChecksums">Whether the responses to its parts should contain their checksums, according to the store.</param>
sealed record StartedUpload(UploadSession Session, bool HasChecksums);

/// <summary>One part of an object, which is sent separately.</summary>
/// <param name="Number">Its number, from 1; parts are joined in the order of their numbers.</param>
/// <param name="Offset">Its offset in the object.</param>
/// <param name="Length">Its size in bytes.</param>
readonly record struct PartRange(int Number, long Offset, long Length)
{
    /// <summary>Its range in the object.</summary>
    public ByteRange Range => new(Offset, Length);
}

/// <summary>A part that a store holds.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Receipt">The value that the store needs to join the parts.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Checksum">The checksum of the stored part, or null if the store does not return it.</param>
readonly record struct UploadedPart(int Number, string Receipt, long Size, Checksum? Checksum = null);
