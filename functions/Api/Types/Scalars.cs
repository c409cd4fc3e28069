using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace DataTransferHub.Api.Types;

/// <summary>A moment in the ISO 8601 form of AWS AppSync, always in UTC with milliseconds.</summary>
sealed class AwsDateTimeGraphType : ScalarGraphType
{
    public AwsDateTimeGraphType()
    {
        Name = "AWSDateTime";
        Description = "A moment as ISO 8601 text in UTC, for example 2026-11-22T17:04:05.123Z.";
    }

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text => ParseValue((string)text.Value),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) =>
            moment,
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };
}
