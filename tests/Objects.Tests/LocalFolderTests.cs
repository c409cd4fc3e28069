using DataTransferHub.Cli.Processes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.Local;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Tests;

/// <summary>What is particular to folders of this machine: which may be used, and what a file system cannot hold.</summary>
public sealed class LocalFolderTests(SharedMemoryS3 shared) : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("allowed", true)]
    [InlineData("allowed/below/it", true)]
    [InlineData("allowed/../other", false)]
    [InlineData("allowed-not", false)]
    [InlineData("hub", false)]
    [InlineData("hub/work", false)]
    [InlineData("", false)]
    public async Task Only_folders_that_the_operator_allows_may_be_used_and_never_the_hubs_own(string folder, bool isAllowed)
    {
        var provider = Provider(roots: $"{_folder["allowed"]}:{_folder["hub"]}");
        var errors = Read(provider, ("srcEndpoint", $"file://{_folder.Path}/{folder}"));

        Assert.Equal(isAllowed ? [] : ["srcEndpoint"], errors.Select(error => error.Field));
        if (!isAllowed)
        {
            Assert.Contains("LocalFolders:Roots", errors[0].Remedy, StringComparison.Ordinal);
            var location = new LocalLocation(StoreSide.Source, Path.TrimEndingDirectorySeparator(Path.GetFullPath(_folder[folder])));
            var fault = await Assert.ThrowsAsync<StoreException>(() => provider.OpenAsync(location, Ct));
            Assert.Equal(StoreFault.AccessDenied, fault.Fault);
        }
    }

    [Fact]
    public void Without_a_configuration_no_folder_may_be_used() =>
        Assert.Equal("srcEndpoint", Assert.Single(Read(Provider(roots: ""), ("srcEndpoint", $"file://{_folder.Path}"))).Field);

    [Fact]
    public async Task A_link_does_not_lead_out_of_the_folders_that_may_be_used()
    {
        Directory.CreateDirectory(_folder["allowed"]);
        Directory.CreateDirectory(_folder["other"]);
        await File.WriteAllTextAsync(_folder["other/secret"], "hunter2", Ct);
        Directory.CreateSymbolicLink(_folder["allowed/folder"], _folder["other"]);
        File.CreateSymbolicLink(_folder["allowed/file"], _folder["other/secret"]);
        var provider = Provider(roots: _folder["allowed"]);
        await Assert.ThrowsAsync<StoreException>(
            () => provider.OpenAsync(new LocalLocation(StoreSide.Source, _folder["allowed/folder"]), Ct));

        var store = await provider.OpenAsync(new LocalLocation(StoreSide.Source, _folder["allowed"]), Ct);

        Assert.Empty((await store.ListAsync("", null, null, 10, Ct)).Objects);
        foreach (var key in new[] { "file", "folder/secret", "../other/secret" })
            await Assert.ThrowsAsync<StoreException>(() => store.GetAsync(key, null, ObjectVersion.Unknown, Ct));
        await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync("folder/new", new MemoryContent(new byte[1]), null, ObjectAttributes.None, Ct));
    }

    [Theory]
    [InlineData("srcEndpoint", "file://relative")]
    [InlineData("srcEndpoint", "")]
    [InlineData("srcBucket", "photos")]
    [InlineData("srcRegion", "eu-west-1")]
    [InlineData("srcCredentials", "keys")]
    public void What_a_folder_does_not_have_is_refused(string name, string value)
    {
        var errors = Read(Provider(_folder.Path), ("srcEndpoint", $"file://{_folder["in"]}"), (name, value));
        Assert.Equal(name, Assert.Single(errors).Field);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_not_taken_for_the_version_that_was_listed()
    {
        Directory.CreateDirectory(_folder["in"]);
        await File.WriteAllBytesAsync(_folder["in/file"], new byte[1000], Ct);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Source, _folder["in"]), Ct);
        var listed = Assert.Single((await store.ListAsync("", null, null, 10, Ct)).Objects);
        using var body = await store.GetAsync("file", null, listed.Version, Ct);

        await File.AppendAllTextAsync(_folder["in/file"], "more", Ct);

        var fault = await Assert.ThrowsAsync<StoreException>(() => body.Content.CopyToAsync(Stream.Null, Ct));
        Assert.Equal(StoreFault.PreconditionFailed, fault.Fault);
        fault = await Assert.ThrowsAsync<StoreException>(() => store.GetAsync("file", null, listed.Version, Ct));
        Assert.Equal(StoreFault.PreconditionFailed, fault.Fault);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_that_were_announced_are_not_left_behind()
    {
        Directory.CreateDirectory(_folder["out"]);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Destination, _folder["out"]), Ct);
        var other = new Checksum(ChecksumKind.Md5, new string('0', 32));

        var fault = await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync("file", new MemoryContent(new byte[10]), other, ObjectAttributes.None, Ct));

        Assert.Equal(StoreFault.Corrupt, fault.Fault);
        Assert.Empty(Directory.EnumerateFiles(_folder["out"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Objects_that_a_folder_cannot_hold_fail_alone_and_say_why()
    {
        using var bench = await Bench.CreateAsync(shared);
        bench.UseFolder(StoreSide.Destination);
        foreach (var key in new[] { "a", "a/b", "good", new string('x', 300) })
            await bench.PutByStoreAsync(key, [1]);

        var result = await bench.TransferAsync();

        Assert.Equal((2, 2), (result.Copied, result.Failed));
        Assert.Contains(bench.Errors, error => error.Contains("both 'a' and 'a/b'", StringComparison.Ordinal));
        Assert.Contains(bench.Errors, error => error.Contains("at most 255 bytes", StringComparison.Ordinal));
        Assert.Equal([1], await bench.ReadByStoreAsync("good"));
    }

    [Fact]
    public void Copies_in_a_folder_below_the_source_would_be_copied_again_and_are_refused()
    {
        var provider = Provider(_folder.Path);
        var errors = new List<InputError>();
        var reader = new Settings.SettingsReader(new StoreFactory([provider]));
        reader.Read(
            new TaskParameters(new Dictionary<string, string>
            {
                ["srcEndpoint"] = $"file://{_folder["in"]}",
                ["destEndpoint"] = $"file://{_folder["in/copies"]}",
            }),
            errors);
        Assert.Equal("destPrefix", Assert.Single(errors).Field);
    }

    [Fact]
    public void A_link_does_not_hide_that_the_destination_is_below_the_source()
    {
        Directory.CreateDirectory(_folder["in/copies"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["in/copies"]);
        var source = new LocalLocation(StoreSide.Source, _folder["in"]);
        Assert.Equal("copies/", source.KeyOf(new LocalLocation(StoreSide.Destination, _folder["link"])));
    }

    [Fact]
    public void An_address_without_a_path_is_an_error_of_its_field_alone()
    {
        var errors = new List<InputError>();
        new Settings.SettingsReader(new StoreFactory([Provider(_folder.Path)])).Read(
            new TaskParameters(new Dictionary<string, string>
            {
                ["srcEndpoint"] = "file://photos",
                ["destEndpoint"] = $"file://{_folder["copies"]}",
            }),
            errors);
        Assert.Equal("srcEndpoint", Assert.Single(errors).Field);
    }

    [Fact]
    public async Task Links_that_form_a_loop_are_refused()
    {
        Directory.CreateSymbolicLink(_folder["one"], _folder["two"]);
        Directory.CreateSymbolicLink(_folder["two"], _folder["one"]);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Source, _folder["one"]), Ct);
        var fault = await Assert.ThrowsAsync<StoreException>(() => store.ListAsync("", null, null, 10, Ct));
        Assert.Equal(StoreFault.NoSuchBucket, fault.Fault);
    }

    [Fact]
    public async Task A_folder_that_disappears_ends_the_run_and_is_not_created_again()
    {
        Directory.CreateDirectory(_folder["out"]);
        await File.WriteAllTextAsync(_folder["out/file"], "1", Ct);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Destination, _folder["out"]), Ct);
        Directory.Delete(_folder["out"], recursive: true);

        foreach (var work in new Func<Task>[]
        {
            () => store.HeadAsync("file", Ct),
            () => store.GetAsync("file", null, ObjectVersion.Unknown, Ct),
            () => store.PutAsync("file", new MemoryContent(new byte[1]), null, ObjectAttributes.None, Ct),
            () => store.CreateUploadAsync("file", ObjectAttributes.None, Ct),
        })
        {
            Assert.Equal(StoreFault.NoSuchBucket, (await Assert.ThrowsAsync<StoreException>(work)).Fault);
        }

        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Unfinished_uploads_are_not_written_through_a_link()
    {
        Directory.CreateDirectory(_folder["out"]);
        Directory.CreateDirectory(_folder["other"]);
        await File.WriteAllTextAsync(_folder["other/whole-of-somebody"], "1", Ct);
        File.SetLastWriteTimeUtc(_folder["other/whole-of-somebody"], DateTime.UnixEpoch);
        Directory.CreateSymbolicLink(_folder["out/.dth-uploads"], _folder["other"]);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Destination, _folder["out"]), Ct);

        foreach (var work in new Func<Task>[]
        {
            () => store.PutAsync("file", new MemoryContent(new byte[1]), null, ObjectAttributes.None, Ct),
            () => store.CreateUploadAsync("file", ObjectAttributes.None, Ct),
            () => store.ListAsync("", null, null, 10, Ct),
        })
        {
            Assert.Contains("symbolic link", (await Assert.ThrowsAsync<StoreException>(work)).Message, StringComparison.Ordinal);
        }

        Assert.Equal([_folder["other/whole-of-somebody"]], Directory.EnumerateFileSystemEntries(_folder["other"]));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(13 << 20)]
    public async Task A_file_that_changes_while_its_copy_is_sent_arrives_in_its_new_version(int size)
    {
        using var bench = await Bench.CreateAsync(shared);
        bench.UseFolder(StoreSide.Source);
        await bench.PutByStoreAsync("file", new byte[size]);
        var changed = new byte[size];
        changed[^1] = 1;
        var sent = 0;
        bench.Wire.Answer = request =>
        {
            // The last one before the copy is complete: the file has been read then.
            if (request.Method == HttpMethod.Put && Interlocked.Increment(ref sent) == Math.Max(1, size / (5 << 20) + 1))
                bench.PutByStoreAsync("file", changed).GetAwaiter().GetResult();
            return null;
        };

        var result = await bench.TransferAsync();

        Assert.Equal((1, 0), (result.Copied, result.Failed));
        Assert.Equal(changed, await bench.ReadCopyAsync("file"));
    }

    [Theory]
    [InlineData(".dth-xyz")]
    [InlineData(".dth-isfoo")]
    [InlineData("sub/.dth-empty")]
    [InlineData("sub/.dth-folder/file")]
    public async Task A_name_that_no_key_has_is_shown_and_not_left_out(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder["in/" + name])!);
        await File.WriteAllTextAsync(_folder["in/" + name], "1", Ct);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Source, _folder["in"]), Ct);
        var fault = await Assert.ThrowsAsync<StoreException>(() => store.ListAsync("", null, null, 10, Ct));
        Assert.Contains("reserved for the hub", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_of_the_folder_itself_has_no_key_and_is_not_listed()
    {
        Directory.CreateDirectory(_folder["in/.dth-uploads"]);
        await File.WriteAllTextAsync(_folder["in/.dth-folder"], "", Ct);
        await File.WriteAllTextAsync(_folder["in/a"], "1", Ct);
        var store = await Provider(_folder.Path).OpenAsync(new LocalLocation(StoreSide.Source, _folder["in"]), Ct);
        Assert.Equal(["a"], (await store.ListAsync("", null, null, 10, Ct)).Objects.Select(found => found.Key));
    }

    static List<InputError> Read(LocalFolderProvider provider, params (string Name, string Value)[] parameters)
    {
        var errors = new List<InputError>();
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in parameters)
            values[name] = value;
        provider.ReadLocation(StoreSide.Source, LocalLocation.TypeName, new ParameterReader(new TaskParameters(values), errors));
        return errors;
    }

    LocalFolderProvider Provider(string roots) => new(
        Options.Create(new LocalFolderOptions { Roots = roots }), Options.Create(new HubOptions { DataDirectory = _folder["hub"] }),
        TimeProvider.System);
}
