using DataTransferHub.Cli.Processes;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Tests.WorkArea;

public sealed class LocalWorkAreaTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly LocalWorkArea _area;

    public LocalWorkAreaTests() => _area = new LocalWorkArea(Options.Create(new HubOptions { DataDirectory = _folder.Path }));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_written_is_read_and_listed_in_order()
    {
        await _area.WriteAsync("run-1/units/b", "second"u8.ToArray(), Cancellation);
        await _area.WriteAsync("run-1/units/a.10", "first"u8.ToArray(), Cancellation);
        await _area.WriteAsync("run-1/units/b", "replaced"u8.ToArray(), Cancellation);
        await _area.WriteAsync("run-10/other", Array.Empty<byte>(), Cancellation);

        Assert.Equal("replaced"u8.ToArray(), await _area.ReadAsync("run-1/units/b", Cancellation));
        Assert.Equal(["run-1/units/a.10", "run-1/units/b"], await _area.ListAsync("run-1", Cancellation));
        Assert.Empty((await _area.ReadAsync("run-10/other", Cancellation))!);
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_lists_nothing()
    {
        Assert.Null(await _area.ReadAsync("nowhere/file", Cancellation));
        Assert.Empty(await _area.ListAsync("nowhere", Cancellation));
        await _area.DeleteFolderAsync("nowhere", Cancellation);
    }

    [Fact]
    public async Task A_folder_goes_with_everything_in_it_and_nothing_beside_it()
    {
        await _area.WriteAsync("run-1/deep/er/file", new byte[] { 1 }, Cancellation);
        await _area.WriteAsync("run-10/file", new byte[] { 2 }, Cancellation);
        await _area.DeleteFolderAsync("run-1", Cancellation);
        Assert.Empty(await _area.ListAsync("run-1", Cancellation));
        Assert.Equal(["run-10/file"], await _area.ListAsync("run-10", Cancellation));
    }

    [Fact]
    public async Task A_write_that_was_cut_off_is_not_seen()
    {
        await _area.WriteAsync("run/file", new byte[] { 1 }, Cancellation);
        await File.WriteAllBytesAsync(_folder["work/run/file.0" + DurableFile.TemporarySuffix], [2], Cancellation);
        Assert.Equal(["run/file"], await _area.ListAsync("run", Cancellation));
    }

    [Fact]
    public async Task Readers_see_a_file_whole_while_it_is_replaced()
    {
        var contents = Enumerable.Range(0, 8).Select(n => Enumerable.Repeat((byte)n, 300_000).ToArray()).ToList();
        await _area.WriteAsync("run/file", contents[0], Cancellation);
        var writing = Task.Run(async () =>
        {
            foreach (var content in contents)
                await _area.WriteAsync("run/file", content, Cancellation);
        }, Cancellation);
        do
        {
            var seen = (await _area.ReadAsync("run/file", Cancellation))!;
            Assert.Equal(300_000, seen.Length);
            Assert.Single(seen.Distinct());
        }
        while (!writing.IsCompleted);
        await writing;
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("run/../../outside")]
    [InlineData("run//file")]
    [InlineData("run/.")]
    [InlineData("run/")]
    [InlineData("run\\file")]
    [InlineData("run/fi le")]
    [InlineData("run/\u4e2d")]
    public async Task A_path_that_is_not_of_the_area_is_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _area.WriteAsync(path, new byte[] { 1 }, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => _area.ReadAsync(path, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => _area.DeleteFolderAsync(path, Cancellation));
    }
}
