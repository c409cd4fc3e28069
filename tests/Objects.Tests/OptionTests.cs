using DataTransferHub.Configuration;
using DataTransferHub.Objects.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Tests;

/// <summary>Options of the section <c>Objects</c> are checked when the hub starts, each by its name.</summary>
public sealed class OptionTests
{
    public static TheoryData<string> Names => [.. typeof(ObjectOptions).GetProperties().Select(property => property.Name)];

    [Fact]
    public void The_defaults_and_what_tests_use_hold()
    {
        Assert.True(new ObjectOptionsCheck().Validate(null, new ObjectOptions()).Succeeded);
        var small = new ObjectOptions { PartSize = 5L << 20, MultipartThreshold = 12L << 20 };
        Assert.True(new ObjectOptionsCheck().Validate(null, small).Succeeded);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_has_bounds_on_both_sides(string name)
    {
        foreach (var outside in IsTime(name) ? (string[])["00:00:00", "-00:00:05", "300.00:00:00"] : ["0", "-5", "2147483647000"])
        {
            var errors = Start((name, outside));
            Assert.StartsWith($"Objects:{name} '{outside}' must be ", Assert.Single(errors), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_not_of_the_kind_of_its_option_is_told_with_an_example(string name)
    {
        var error = Assert.Single(Start((name, "abc")));
        Assert.StartsWith($"Objects:{name} 'abc' must be {(IsTime(name) ? "a time" : "a whole number")}", error, StringComparison.Ordinal);
        Assert.Contains("such as", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_is_too_small_is_told_with_the_bounds() =>
        Assert.Equal(["Objects:PartSize '1000' must be from 5242880 to 5368709120 bytes."], Start(("PartSize", "1000")));

    [Fact]
    public void A_name_that_is_no_option_is_told_with_the_nearest() =>
        Assert.Equal(["Objects:PartSzie is not an option. Did you mean Objects:PartSize?"], Start(("PartSzie", "16777216")));

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() =>
        Assert.Equal(2, Start(("PartSize", "1000"), ("MaximumAttempts", "0")).Count);

    [Fact]
    public void Names_are_read_without_regard_to_case_and_blanks_are_not_given()
    {
        using var services = Services(("partsize", "5242880"), ("MaximumAttempts", ""));
        var options = services.GetRequiredService<IOptions<ObjectOptions>>().Value;
        Assert.Equal((5L << 20, new ObjectOptions().MaximumAttempts), (options.PartSize, options.MaximumAttempts));
    }

    static bool IsTime(string name) => typeof(ObjectOptions).GetProperty(name)!.PropertyType == typeof(TimeSpan);

    static IReadOnlyList<string> Start(params (string Name, string Value)[] settings)
    {
        using var services = Services(settings);
        var failure = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);
        return [.. failure.Failures];
    }

    static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Objects:{setting.Name}", (string?)setting.Value)))
            .Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddCheckedOptions<ObjectOptions, ObjectOptionsCheck>(ObjectOptions.Section);
        return services.BuildServiceProvider();
    }
}
