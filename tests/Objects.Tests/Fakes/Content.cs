namespace DataTransferHub.Objects.Tests.Fakes;

static class Content
{
    public static byte[] Random(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
