using System.Text;
using CsCheck;
using DataTransferHub.Objects.Finding.Prefixes;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Tests.Fakes;

namespace DataTransferHub.Objects.Tests;

/// <summary>Reading and sorting the text of a list of prefixes.</summary>
public sealed class PrefixSortTests
{
    static readonly SortLimits Small = new(HeldPrefixes: 3, HeldCharacters: 100, SegmentPrefixes: 2, SegmentCharacters: 50, MergedRuns: 2);

    static readonly string[] Letters = ["a", "b", "/", "中", "\uFFFD", "😀", "\r"];

    [Theory]
    [InlineData("b/\na/\n", "b/", "a/")]
    [InlineData("\uFEFFb/\r\n\r\na/\r\n", "b/", "a/")]
    [InlineData("\n\n  a b \nc", "  a b ", "c")]
    [InlineData("a\r", "a")]
    [InlineData("a\rb\r\n", "a\rb")]
    [InlineData("\uFEFF\n")]
    [InlineData("")]
    public void A_line_is_a_prefix_as_it_is_wherever_blocks_end(string text, params string[] prefixes)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var block = 1; block <= bytes.Length + 1; block++)
            Assert.Equal(prefixes, Split(bytes, block));
    }

    [Fact]
    public void A_line_may_have_as_many_bytes_as_a_key()
    {
        var longest = new string('x', 1024);
        Assert.Equal([longest, longest], Split(Encoding.UTF8.GetBytes($"\uFEFF{longest}\r\n{longest}"), 7));
        foreach (var text in (string[])["a\nx" + longest, "a\n" + longest + "é\n", "a\n" + longest + longest])
        {
            var fault = Assert.Throws<FormatException>(() => Split(Encoding.UTF8.GetBytes(text), 7));
            Assert.StartsWith("Line 2 has more than 1024 bytes", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_that_is_not_utf8_is_named()
    {
        var fault = Assert.Throws<FormatException>(() => Split([97, 10, 98, 10, 0xE4, 10], 4));
        Assert.StartsWith("Line 3 is not UTF-8", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task Any_prefixes_are_sorted_and_the_shortest_of_those_that_contain_each_other_stays() =>
        Gen.Int[0, 6].Select(i => Letters[i]).Array[1, 4].Select(letters => string.Concat(letters)).Array[1, 60].SampleAsync(async list =>
        {
            var workArea = new MemoryWorkArea();
            var sorted = await SortAsync(workArea, Small, list);
            var all = await ReadAsync(workArea, sorted, null);

            var expected = list.Distinct().Where(prefix => !list.Any(other => IsIn(prefix, other))).Order(KeyOrder.Instance).ToList();
            Assert.Equal(expected, all);
            Assert.Equal(expected.Count, sorted.Count);
            // Nothing but the result is left.
            Assert.Equal(sorted.Segments.Select(segment => segment.Path).Order(), workArea.Files.Keys.Order());
            foreach (var from in list)
            {
                Assert.Equal(
                    expected.Where(prefix => KeyOrder.Instance.Compare(prefix, from) >= 0 || IsIn(from, prefix)),
                    await ReadAsync(workArea, sorted, from));
            }
        });

    [Fact]
    public async Task A_hundred_thousand_lines_are_sorted_in_bounded_memory()
    {
        const int Lines = 100_000;
        var limits = new SortLimits(HeldPrefixes: 5000, HeldCharacters: 1 << 20, SegmentPrefixes: 250, SegmentCharacters: 64 << 10, 4);
        var workArea = new MemoryWorkArea();
        var sorter = new PrefixSorter(workArea, "list", limits);
        for (var i = 0; i < Lines; i++)
        {
            // No more are held than the limit. Every second one is below another.
            var runs = i / limits.HeldPrefixes;
            Assert.Equal(runs * (limits.HeldPrefixes / 2 / limits.SegmentPrefixes), workArea.Files.Count);
            await sorter.AddAsync($"{i / 2 * 7919 % Lines:000000}{(i % 2 == 0 ? "/" : "/below/")}", Bench.Ct);
        }

        var sorted = await sorter.FinishAsync(Bench.Ct);

        // Twenty runs, merged by four at most: it takes seven merges.
        Assert.StartsWith("list/26/", sorted.Segments[0].Path, StringComparison.Ordinal);
        Assert.Equal((Lines / 2, Lines / 2 / limits.SegmentPrefixes), (sorted.Count, sorted.Segments.Count));
        var all = await ReadAsync(workArea, sorted, null);
        Assert.Equal(Lines / 2, all.Count);
        Assert.Equal(all.Order(KeyOrder.Instance), all);
    }

    static bool IsIn(string prefix, string other) => prefix != other && prefix.StartsWith(other, StringComparison.Ordinal);

    static List<string> Split(byte[] bytes, int block)
    {
        var lines = new PrefixLines();
        var prefixes = bytes.Chunk(block).SelectMany(chunk => lines.Add(chunk)).ToList();
        if (lines.Finish() is { } last)
            prefixes.Add(last);
        return prefixes;
    }

    static async Task<SortedPrefixes> SortAsync(MemoryWorkArea workArea, SortLimits limits, IEnumerable<string> prefixes)
    {
        var sorter = new PrefixSorter(workArea, "list", limits);
        foreach (var prefix in prefixes)
            await sorter.AddAsync(prefix, Bench.Ct);
        return await sorter.FinishAsync(Bench.Ct);
    }

    static async Task<List<string>> ReadAsync(MemoryWorkArea workArea, SortedPrefixes sorted, string? from)
    {
        var prefixes = new List<string>();
        await foreach (var prefix in PrefixSegments.ReadAsync(workArea, sorted.Segments, from, Bench.Ct))
            prefixes.Add(prefix);
        return prefixes;
    }
}
