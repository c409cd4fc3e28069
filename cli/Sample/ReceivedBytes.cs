using System.Globalization;

namespace DataTransferHub.Cli.Sample;

/// <summary>What a server has received, by its own log: requests that were cut off included.</summary>
/// <param name="Bytes">Bytes of all objects and parts.</param>
/// <param name="SentAgain">Objects and parts that arrived as a whole more than once.</param>
sealed record ReceivedBytes(long Bytes, int SentAgain)
{
    /// <summary>Reads the log; see <c>s3server.mjs</c> for its form.</summary>
    public static ReceivedBytes Read(string file)
    {
        if (!File.Exists(file))
            return new ReceivedBytes(0, 0);
        var requests = File.ReadLines(file)
            .Select(line => line.Split(' ', 3))
            .Select(words => (Bytes: long.Parse(words[0], CultureInfo.InvariantCulture), IsWhole: words[1] == "all", Path: words[2]))
            .ToList();
        return new ReceivedBytes(
            requests.Sum(request => request.Bytes),
            requests.Where(request => request.IsWhole).GroupBy(request => request.Path).Count(path => path.Count() > 1));
    }
}
