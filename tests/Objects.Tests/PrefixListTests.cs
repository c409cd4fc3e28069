using System.Globalization;
using System.Text;
using Amazon.S3.Model;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Objects.Finding.Prefixes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests;

/// <summary>A task whose scope is a list of prefixes.</summary>
public sealed class PrefixListTests(SharedMemoryS3 memory, SharedMoto moto)
{
    const string ListKey = "lists/prefixes.txt";

    [Fact]
    public async Task What_starts_with_a_prefix_of_the_list_is_copied_once_and_nothing_else()
    {
        using var bench = await CreateAsync("\uFEFFb/\r\n\r\nempty/\r\na/1\r\nb/\r\nb/c/\r\n长/");
        bench.Parameters["destPrefix"] = "/to";
        string[] keys = ["a/0", "a/1", "a/10", "b", "b/", "b/a", "b/c/d", "c", "长/1"];
        foreach (var key in keys)
            await bench.PutAsync(key, Encoding.UTF8.GetBytes(key));

        Assert.Equal((6, 6), await CountAsync());
        Assert.Equal(6, (await bench.TransferAsync()).Copied);

        Assert.Equal(["to/a/1", "to/a/10", "to/b/", "to/b/a", "to/b/c/d", "to/长/1"], (await bench.ListCopiesAsync()).Select(o => o.Key));
        await bench.PutAsync("b/c/d", [1]);
        Assert.Equal((6, 1), await CountAsync());

        async Task<(long Found, long ToCopy)> CountAsync()
        {
            var found = await bench.FindAsync();
            Assert.True(found.IsLast);
            return (found.Findings.Found, found.Findings.ToCopy);
        }
    }

    [Fact]
    public async Task The_list_may_be_in_another_bucket_of_the_sources_endpoint()
    {
        using var bench = await Bench.CreateAsync(memory);
        bench.Parameters["srcPrefixListBucket"] = await bench.Server.CreateBucketAsync("lists");
        bench.Parameters["srcPrefixsListFile"] = ListKey;
        await bench.Server.PutAsync(bench.Parameters["srcPrefixListBucket"], ListKey, "a/"u8.ToArray());
        await bench.PutAsync("a/1", [1]);
        await bench.PutAsync("b/1", [1]);

        Assert.Empty(await ValidateAsync(bench));
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
    }

    [Theory]
    [InlineData("Amazon_S3", "", "us-west-2")]
    [InlineData("Aliyun_OSS", "", "us-west-2")]
    [InlineData("Amazon_S3", "http://127.0.0.1:9", null)]
    public void Without_an_endpoint_the_other_bucket_belongs_to_the_hubs_own_account(string type, string endpoint, string? region)
    {
        var list = Fakes.Parameters.Read(new Dictionary<string, string>
        {
            ["srcType"] = type,
            ["srcBucket"] = "from-here",
            ["srcEndpoint"] = endpoint,
            ["srcRegion"] = "eu-west-1",
            ["srcCredentials"] = "keys",
            ["destBucket"] = "to-there",
            ["destRegion"] = "us-west-2",
            ["srcPrefixsListFile"] = "list.txt",
            ["srcPrefixListBucket"] = "of.lists",
        }).Prefixes!;

        var bucket = list.Location.Bucket();
        Assert.Equal(("list.txt", "of.lists", true), (list.Key, bucket.Bucket, bucket.PathStyle));
        Assert.Equal(
            region is null ? (false, "keys", "eu-west-1") : (true, "", region),
            (bucket.InCurrentAccount, bucket.SecretName, bucket.Region));
        Assert.Equal(region is null ? endpoint + "/" : "https://s3.us-west-2.amazonaws.com/", bucket.Address.ToString());
    }

    [Theory]
    [InlineData(null, "srcPrefixsListFile", "NoSuchKey")]
    [InlineData("", "srcPrefixsListFile", "has no prefix")]
    [InlineData("\r\n\n", "srcPrefixsListFile", "has no prefix")]
    [InlineData("\u00e4", "srcPrefixsListFile", "not UTF-8")]
    [InlineData("long", "srcPrefixsListFile", "more than 1024 bytes")]
    public async Task A_list_that_is_none_is_refused_when_the_task_is_created_and_ends_a_run(string? text, string field, string reason)
    {
        using var bench = await CreateAsync(null);
        if (text is not null)
        {
            await bench.PutAsync(ListKey, text == "long" ? Encoding.UTF8.GetBytes(new string('x', 1025)) : Encoding.Latin1.GetBytes(text));
        }

        var error = Assert.Single(await ValidateAsync(bench));
        Assert.Equal((field, ListKey), (error.Field, error.Value));
        Assert.Contains(reason, error.Remedy, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<TransferFailedException>(() => bench.FindAsync());
        Assert.StartsWith($"srcPrefixsListFile '{ListKey}': ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_bucket_of_the_list_is_named()
    {
        using var bench = await CreateAsync("a/");
        bench.Parameters["srcPrefixListBucket"] = "there-is-no-such-bucket";

        Assert.Equal("srcPrefixListBucket", Assert.Single(await ValidateAsync(bench)).Field);
    }

    [Fact]
    public async Task A_list_and_a_prefix_at_once_are_refused()
    {
        using var bench = await CreateAsync("a/");
        bench.Parameters["srcPrefix"] = "a/";

        Assert.Equal("srcPrefix", Assert.Single(await ValidateAsync(bench)).Field);
    }

    [Fact]
    public async Task Copies_within_a_prefix_of_the_list_are_refused_and_beside_it_they_are_not()
    {
        using var bench = await CreateAsync("in/\n");
        await bench.PutAsync("in/a", [1]);
        bench.Parameters["destBucket"] = bench.SourceBucket;
        Assert.Equal("destPrefix", Assert.Single(await ValidateAsync(bench)).Field);

        bench.Parameters["destPrefix"] = "out";
        Assert.Empty(await ValidateAsync(bench));
        Assert.Equal(1, (await bench.TransferAsync()).Copied);

        await bench.CleanUpAsync();
        bench.Parameters["destPrefix"] = "in/copies";
        var failure = await Assert.ThrowsAsync<TransferFailedException>(() => bench.FindAsync());
        Assert.Contains("within the source under 'in/'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_may_end_anywhere_and_find_every_object_once()
    {
        using var bench = await CreateAsync(string.Concat(Enumerable.Range(0, 40).Select(number => $"{number:00}/\n")));
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        bench.SortLimits = new SortLimits(7, 1000, 3, 1000, 2);
        // Every third prefix is empty.
        var keys = Enumerable.Range(0, 40).Where(number => number % 3 > 0)
            .SelectMany(number => Enumerable.Range(0, 1 + number % 4).Select(item => $"{number:00}/{item}")).ToList();
        foreach (var key in keys)
            await bench.PutAsync(key, [1]);
        bench.Wire.Answer = _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(7));
            return null;
        };

        var found = new List<string>();
        var batches = 0;
        string? key0 = null, token = null;
        do
        {
            var result = await bench.FindAsync(++batches, key0, token: token);
            foreach (var unit in bench.Units)
                found.AddRange((await CopyUnits.ReadAsync(bench.WorkArea, bench.Run.RunId, unit, Bench.Ct)).Select(item => item.Key));
            (key0, token) = (result.NextKey, result.NextToken);
            // The work area loses the list, or a part of it, now and then.
            if (batches % 5 == 3)
            {
                var part = bench.WorkArea.Files.Keys.First(path => path.EndsWith("/1", StringComparison.Ordinal));
                bench.WorkArea.Files.TryRemove(part, out _);
            }

            if (batches % 5 == 0)
                await bench.WorkArea.DeleteFolderAsync($"runs/{bench.Run.RunId}/prefixes", Bench.Ct);
            Assert.InRange(batches, 1, 500);
        }
        while (key0 is not null || token is not null);

        Assert.Equal(keys, found);
        Assert.InRange(batches, 10, 500);
    }

    [Fact]
    public async Task A_batch_ends_amid_empty_pages_of_one_prefix_and_the_next_goes_on_by_the_stores_token()
    {
        using var bench = await CreateAsync("a/\nb/\nc/\n");
        var clock = new FakeTimeProvider();
        bench.Time = clock;
        await bench.PutAsync("a/1", [1]);
        await bench.PutAsync("c/1", [1]);
        var pages = 0;
        bench.Wire.Answer = request =>
        {
            if (!request.RequestUri!.Query.Contains("prefix=b%2F", StringComparison.Ordinal)
                || !request.RequestUri.AbsolutePath.Contains(bench.SourceBucket, StringComparison.Ordinal))
                return null;
            pages++;
            clock.Advance(TimeSpan.FromSeconds(3));
            var token = request.RequestUri.Query.Split("continuation-token=t") is [_, var text]
                ? int.Parse(text.Split('&')[0], CultureInfo.InvariantCulture) : 0;
            return new HttpResponseMessage
            {
                Content = new StringContent(token == 30
                    ? "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>b/1</Key></Contents></ListBucketResult>"
                    : $"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t{token + 1}</NextContinuationToken>"
                        + "</ListBucketResult>"),
            };
        };

        var results = new List<Finding.FindResult>();
        do
        {
            pages = 0;
            var last = results.LastOrDefault();
            results.Add(await bench.FindAsync(results.Count + 1, last?.NextKey, token: last?.NextToken));
            Assert.InRange(pages, 0, 8);
        }
        while (!results[^1].IsLast && results.Count < 20);

        Assert.Equal(3, results.Sum(result => result.Findings.Found));
        Assert.InRange(results.Count, 5, 8);
    }

    /// <summary>Millions of small prefixes would cost one round trip after another.</summary>
    [Fact]
    public async Task Small_prefixes_are_listed_ahead()
    {
        var server = await memory.GetServerAsync();
        using var crowd = new CrowdedLine(16);
        using var bench = await Bench.CreateAsync(server, line: crowd);
        bench.Parameters["srcPrefixsListFile"] = ListKey;
        await bench.PutAsync(ListKey, Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 200).Select(i => $"{i:000}/"))));
        await bench.PutAsync("000/a", [1]);
        await bench.PutAsync("199/a", [1]);

        var found = await bench.FindAsync().WaitAsync(TimeSpan.FromMinutes(1), Bench.Ct);

        Assert.Equal((2, true), (found.Findings.Found, found.IsLast));
    }

    [Fact]
    public async Task The_list_is_read_once_for_a_run()
    {
        using var bench = await CreateAsync("a/\n");
        await bench.PutAsync("a/1", [1]);
        await bench.FindAsync();
        await bench.FindAsync(1, "a/1");

        // One request for its version, and one for its content.
        Assert.Equal(2, bench.Wire.Requests.Count(request => request.EndsWith(ListKey, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Recorded_versions_between_the_prefixes_are_kept()
    {
        var server = await memory.GetAsync();
        using var bench = await CreateAsync("a/\nc/\n");
        server.QuirksOf(bench.DestinationBucket).HasOpaqueETags = true;
        foreach (var key in (string[])["a/1", "a/2", "b/1", "c/1"])
            await bench.PutAsync(key, [1]);
        bench.Parameters.Remove("srcPrefixsListFile");
        await bench.TransferAsync();
        await server.Client.DeleteObjectAsync(bench.SourceBucket, "a/1", Bench.Ct);

        bench.Parameters["srcPrefixsListFile"] = ListKey;
        Assert.Equal(0, (await bench.FindAsync()).Findings.ToCopy);

        Assert.Equal(["a/2", "b/1", "c/1", ListKey], bench.Versions.Keys);
    }

    [Fact]
    public async Task Credentials_that_may_list_only_the_prefixes_of_the_list_are_enough()
    {
        using var bench = await CreateAsync("a/\n");
        await bench.PutAsync("a/1", [1]);
        bench.Wire.Answer = request => request.RequestUri!.Query is { } query && query.Contains("list-type", StringComparison.Ordinal)
            && !query.Contains("prefix=a%2F", StringComparison.Ordinal)
            ? ScriptedWire.Error(System.Net.HttpStatusCode.Forbidden, "AccessDenied")
            : null;

        Assert.Empty(await ValidateAsync(bench));
        var transfer = await bench.OpenAsync();
        Assert.True(await transfer.IsListedAsync(StoreSide.Source, Bench.Ct));
        Assert.Equal(1, (await bench.TransferAsync()).Copied);
    }

    [Fact]
    public async Task A_folder_has_its_list_in_itself()
    {
        using var bench = await Bench.CreateAsync(memory);
        bench.UseFolder(StoreSide.Source);
        bench.Parameters["srcPrefixsListFile"] = ListKey;
        await bench.PutByStoreAsync(ListKey, "b/\na"u8.ToArray());
        foreach (var key in (string[])["a1/x", "a2", "b/x", "c/x"])
            await bench.PutByStoreAsync(key, [1]);

        Assert.Empty(await ValidateAsync(bench));
        Assert.Equal(3, (await bench.TransferAsync()).Copied);
        bench.Parameters["srcPrefixListBucket"] = "lists";
        Assert.Equal("srcPrefixListBucket", Assert.Single(await ValidateAsync(bench)).Field);
    }

    [Fact]
    public async Task A_run_with_a_list_is_done_and_fails_with_the_parameters_name_when_the_list_is_gone()
    {
        using var bench = await Bench.CreateAsync(moto);
        bench.Parameters["srcPrefixsListFile"] = ListKey;
        bench.Parameters["destPrefix"] = "copies";
        await bench.PutAsync(ListKey, Encoding.UTF8.GetBytes(string.Join("\r\n", Enumerable.Range(0, 300).Select(i => $"in/{i:000}/"))));
        var keys = Enumerable.Range(0, 150).Select(i => $"in/{i * 2:000}/{i}").ToList();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Bench.Ct };
        await Parallel.ForEachAsync(keys.Append("in/out-of-scope"), parallel, async (key, _) => await bench.PutAsync(key, [1]));
        using var folder = new TemporaryFolder();
        await using var hub = await HubProcess.StartAsync(folder.Path, cancellationToken: Bench.Ct);
        await hub.Api.CreateSecretAsync("keys", bench.Server.SecretJson, Bench.Ct);

        var id = await hub.Api.CreateTaskAsync(bench.Parameters, cancellationToken: Bench.Ct);
        var task = await hub.Api.WaitUntilOverAsync(id, TimeSpan.FromMinutes(3), Bench.Ct);

        Assert.Equal(("DONE", keys.Count), (task.Progress, (int)task.Run!.ItemsCopied));
        Assert.Equal(keys.Select(key => "copies/" + key), (await bench.ListCopiesAsync()).Select(copy => copy.Key));

        await bench.Server.Client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bench.SourceBucket, Key = ListKey }, Bench.Ct);
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => hub.Api.CreateTaskAsync(bench.Parameters, cancellationToken: Bench.Ct));
        Assert.Contains("srcPrefixsListFile", refusal.Message, StringComparison.Ordinal);
    }

    async Task<Bench> CreateAsync(string? list)
    {
        var bench = await Bench.CreateAsync(memory);
        bench.Parameters["srcPrefixsListFile"] = ListKey;
        if (list is not null)
            await bench.PutAsync(ListKey, Encoding.UTF8.GetBytes(list));
        return bench;
    }

    static async Task<IReadOnlyList<InputError>> ValidateAsync(Bench bench)
    {
        var parameters = new TaskParameters(bench.Parameters);
        return bench.Plugin.Check(parameters) is { Count: > 0 } faults ? faults : await bench.Plugin.ProbeAsync(parameters, Bench.Ct);
    }

    /// <summary>Sends no listing until so many are waiting at once.</summary>
    sealed class CrowdedLine(int crowd) : DelegatingHandler(new SocketsHttpHandler())
    {
        readonly TaskCompletionSource _isCrowded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _waiting;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Query.Contains("list-type", StringComparison.Ordinal))
            {
                if (Interlocked.Increment(ref _waiting) == crowd)
                    _isCrowded.SetResult();
                await _isCrowded.Task.WaitAsync(cancellationToken);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
