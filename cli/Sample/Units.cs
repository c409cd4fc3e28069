using System.Globalization;

namespace DataTransferHub.Cli.Sample;

/// <summary>Formats numbers with units.</summary>
static class Units
{
    static readonly string[] Names = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Bytes with a suitable unit.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < Names.Length - 1; unit++)
            bytes /= 1024;
        return bytes.ToString(unit == 0 || bytes >= 100 ? "N0" : "N1", CultureInfo.InvariantCulture) + " " + Names[unit];
    }
}
