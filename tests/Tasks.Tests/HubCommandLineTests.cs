namespace DataTransferHub.Tasks.Tests;

public sealed class HubCommandLineTests
{
    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var line = Parse([])!;
        Assert.Equal((Path.GetFullPath(".hub"), "http://127.0.0.1:7071"), (line.DataDirectory, line.Url));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        var line = Parse(
            ["--data", "/tmp/a", "--url=http://127.0.0.1:1", "--Objects:CopyConcurrency=8"],
            ("DTH_DATA", "/tmp/b"),
            ("DTH_URL", "http://127.0.0.1:2"))!;
        Assert.Equal(("/tmp/a", "http://127.0.0.1:1"), (line.DataDirectory, line.Url));
        Assert.Equal(["--Objects:CopyConcurrency=8"], line.Rest);
    }

    [Fact]
    public void The_environment_is_enough()
    {
        var line = Parse([], ("DTH_DATA", "/tmp/b"), ("DTH_URL", "http://127.0.0.1:0"))!;
        Assert.Equal(("/tmp/b", "http://127.0.0.1:0"), (line.DataDirectory, line.Url));
    }

    [Fact]
    public void A_backup_has_a_target_and_the_data_folder_of_the_hub()
    {
        var line = Parse(["backup", "/tmp/copy/", "--data", "/tmp/a"])!;
        Assert.Equal(("/tmp/copy", "/tmp/a"), (line.BackupTo, line.DataDirectory));
        Assert.Null(Parse(["--data", "/tmp/a"])!.BackupTo);
    }

    [Fact]
    public void Help_asks_for_nothing_else() => Assert.Null(Parse(["--data", "/tmp/a", "--help"]));

    [Theory]
    [InlineData("--nope")]
    [InlineData("--data")]
    [InlineData("--data=")]
    [InlineData("--url", "ftp://127.0.0.1")]
    [InlineData("--url", "7071")]
    [InlineData("file")]
    [InlineData("backup")]
    [InlineData("backup", "/tmp/a", "/tmp/b")]
    public void What_is_wrong_is_said(params string[] args) => Assert.Throws<FormatException>(() => Parse(args));

    [Theory]
    [InlineData("http://0.0.0.0:7071")]
    [InlineData("http://[::]:7071")]
    [InlineData("http://192.168.1.5:7071")]
    [InlineData("http://example.com:7071")]
    public void Addresses_that_others_can_reach_are_refused_as_there_is_no_sign_in(string url)
    {
        Func<object?>[] ways = [() => Parse(["--url", url]), () => Parse([], ("DTH_URL", url)), () => Parse([$"--Hub:Url={url}"])];
        foreach (var refused in ways)
            Assert.Contains("no sign-in yet", Assert.Throws<FormatException>(refused).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:7071")]
    [InlineData("http://[::1]:7071")]
    public void Loopback_addresses_are_taken(string url) => Assert.Equal(url, Parse(["--url", url])!.Url);

    static HubCommandLine? Parse(string[] args, params (string Name, string Value)[] environment) =>
        HubCommandLine.Parse(args, name => environment.FirstOrDefault(entry => entry.Name == name).Value);
}
