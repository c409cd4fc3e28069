using System.Net;
using CsCheck;

namespace DataTransferHub.Tasks.Tests;

public sealed class FormTextTests
{
    [Theory]
    [InlineData("a%20b+c%2B", "a b c+")]
    [InlineData("%E5%A4%87%E4%BB%BD", "备份")]
    [InlineData("%F0%9F%9A%9A", "🚚")]
    [InlineData("备份 ü", "备份 ü")]
    [InlineData("100% done", "100% done")]
    [InlineData("100%", "100%")]
    [InlineData("100%2", "100%2")]
    [InlineData("50%ab and %20", "50%ab and  ")]
    [InlineData("%E5%A4", "%E5%A4")]
    [InlineData("%E5%20", "%E5 ")]
    [InlineData("%+1", "% 1")]
    [InlineData("%2520", "%20")]
    [InlineData("", "")]
    public void What_is_well_formed_is_decoded_and_the_rest_is_kept(string text, string decoded) =>
        Assert.Equal(decoded, FormText.DecodeLeniently(text));

    [Fact]
    public void What_was_encoded_comes_back_whatever_it_was() =>
        Gen.Char['\u0001', '\uD7FF'].Array[0, 30].Select(chars => new string(chars)).Sample(text =>
        {
            Assert.Equal(text, FormText.DecodeLeniently(WebUtility.UrlEncode(text)));
            Assert.Equal(text, FormText.DecodeLeniently(Uri.EscapeDataString(text)));
        });
}
