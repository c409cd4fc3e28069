using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Tests;

public sealed class SortedObjectsTests
{
    [Fact]
    public void Objects_are_read_in_order_whatever_the_order_of_writes_and_deletes()
    {
        const int seed = 7;
        var random = new Random(seed);
        var expected = new SortedDictionary<int, long>();
        var objects = new SortedObjects();
        for (var i = 0; i < 20_000; i++)
        {
            var number = random.Next(5_000);
            if (random.Next(3) == 0)
            {
                expected.Remove(number);
                objects.Remove(KeyOf(number));
            }
            else
            {
                expected[number] = i;
                objects.Put(new StoredObject(KeyOf(number), i, default, default, [], null));
            }
        }

        var read = new List<StoredObject>();
        objects.Read(KeyOf(1_234), 1_500, read);
        var wanted = expected.Where(pair => pair.Key >= 1_234).Take(1_500).ToList();
        Assert.Equal(wanted.Select(pair => pair.Value), read.Select(item => item.Size));
        Assert.Equal(expected.Count, objects.Count);
        Assert.Equal(expected.Values, objects.All().Select(item => item.Size));
        Assert.All(expected, pair => Assert.Equal(pair.Value, objects.Find(KeyOf(pair.Key))?.Size));
    }

    [Fact]
    public void Synthetic_objects_are_in_the_order_of_their_keys()
    {
        var objects = new SyntheticObjects(2_000);
        var all = new List<StoredObject>();
        objects.Read([], 3_000, all);
        Assert.Equal(2_000, all.Count);
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.First.Key.AsSpan().SequenceCompareTo(pair.Second.Key) < 0));
        var rest = new List<StoredObject>();
        objects.Read([.. all[1_200].Key, 0], 10, rest);
        Assert.Equal(all[1_201].Key, rest[0].Key);
        Assert.Equal(all[7].ETag, objects.Find(all[7].Key)?.ETag);
        Assert.Null(objects.Find("data/x"u8));
    }

    static byte[] KeyOf(int number) => [(byte)'k', (byte)(number >> 8), (byte)number];
}
