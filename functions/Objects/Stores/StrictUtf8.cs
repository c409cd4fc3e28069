using System.Text;

namespace DataTransferHub.Objects.Stores;

/// <summary>UTF-8 that refuses what is no valid text, instead of replacing it.</summary>
static class StrictUtf8
{
    /// <summary>The encoding.</summary>
    public static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
