using System.Globalization;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>The seed of a randomized test: a new one in every run, or the one in the variable DTH_SEED.</summary>
static class Seed
{
    /// <summary>Draws a seed and prints it.</summary>
    public static int Draw()
    {
        var seed = int.TryParse(
            Environment.GetEnvironmentVariable("DTH_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"Repeat this with DTH_SEED={seed}");
        return seed;
    }
}
