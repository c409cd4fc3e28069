using System.Collections.Concurrent;
using System.Text;

namespace DataTransferHub.Servers.Faults;

/// <summary>How often a fault is injected.</summary>
/// <param name="Kind">The fault.</param>
/// <param name="Rate">Share of the requests, 0 to 1.</param>
/// <param name="Only">
/// The requests it may apply to, or none for all. Faults of bodies apply to objects' data only by default.
/// </param>
public sealed record FaultRate(FaultKind Kind, double Rate, params RequestKind[] Only)
{
    static readonly RequestKind[] Writes = [RequestKind.PutObject, RequestKind.UploadPart];

    internal bool Concerns(RequestKind kind) =>
        Only.Length > 0 ? Only.Contains(kind)
        : Kind switch
        {
            FaultKind.CutRequest or FaultKind.FlipRequest => Writes.Contains(kind),
            FaultKind.CutResponse or FaultKind.FlipResponse => kind == RequestKind.GetObject,
            _ => true,
        };
}

/// <summary>
/// Which requests get a fault, drawn from a seed. It depends on the seed, on what the request asks for and on how often that was
/// asked before, not on the order in which requests of different objects arrive: the same seed gives the same faults again.
/// </summary>
public sealed class FaultPlan(int seed, params FaultRate[] rates)
{
    readonly ConcurrentDictionary<string, Fate> _fates = new(StringComparer.Ordinal);

    /// <summary>A plan without faults.</summary>
    public static FaultPlan None { get; } = new(0);

    /// <summary>The seed, to be printed by a test that fails.</summary>
    public int Seed => seed;

    /// <summary>Most faults of the same request, so that bounded retries can succeed.</summary>
    public int MostPerRequest { get; init; } = 2;

    /// <summary>The longest <see cref="FaultKind.Delay"/>.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Draws the fault of a request, or none.</summary>
    internal (FaultKind? Fault, ulong Random) Draw(RequestKind kind, string identity)
    {
        if (rates.Length == 0)
            return (null, 0);

        var fate = _fates.GetOrAdd(identity, _ => new Fate());
        lock (fate)
        {
            var random = Mix(identity, fate.Asked++);
            if (fate.Faults >= MostPerRequest)
                return (null, random);

            var draw = (random >> 11) / (double)(1UL << 53);
            foreach (var rate in rates.Where(rate => rate.Concerns(kind)))
            {
                if (draw < rate.Rate)
                {
                    fate.Faults++;
                    return (rate.Kind, random);
                }

                draw -= rate.Rate;
            }

            return (null, random);
        }
    }

    /// <summary>FNV-1a over what is asked for, then the finaliser of SplitMix64: the same on every run, unlike string hash codes.</summary>
    ulong Mix(string identity, int asked)
    {
        var hash = 14695981039346656037UL ^ (uint)seed;
        foreach (var octet in Encoding.UTF8.GetBytes(identity))
            hash = (hash ^ octet) * 1099511628211UL;
        hash += (ulong)(asked + 1) * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }

    sealed class Fate
    {
        public int Asked { get; set; }

        public int Faults { get; set; }
    }
}
