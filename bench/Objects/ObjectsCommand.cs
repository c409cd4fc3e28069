using System.CommandLine;
using System.Globalization;
using Amazon.S3.Model;
using DataTransferHub.Bench.Machine;
using DataTransferHub.Cli.S3;
using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using Spectre.Console;

namespace DataTransferHub.Bench.Objects;

/// <summary><c>objects</c>: copies the same objects between the same two S3 servers with each program in turn.</summary>
static class ObjectsCommand
{
    const long KiB = 1024;
    const long MiB = 1024 * KiB;

    public static Command Create()
    {
        var small = new Option<int>("--small")
        {
            Description = "Number of objects of 4 KiB; 0 omits this load.",
            DefaultValueFactory = _ => 10_000,
        };
        var large = new Option<int>("--large")
        {
            Description = "Number of objects of 256 MiB; 0 omits this load.",
            DefaultValueFactory = _ => 8,
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "Number of copies by each program; the table shows the median.",
            DefaultValueFactory = _ => 3,
        };
        var alone = new Option<bool>("--hub-only") { Description = "Do not run rclone." };
        var servers = new Option<string>("--servers")
        {
            Description = "memory: two servers in this process, with all objects in memory; s3rver: two Node processes, with files.",
            DefaultValueFactory = _ => "memory",
        };
        servers.AcceptOnlyFromAmong("memory", "s3rver");
        var command = new Command("objects", "Copy objects between two S3 servers with the hub and with rclone, in turn.")
        {
            small, large, rounds, alone, servers,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var isInMemory = result.GetValue(servers) == "memory";
            await using var source = await StartServerAsync(isInMemory, cancellationToken);
            await using var destination = await StartServerAsync(isInMemory, cancellationToken);
            AnsiConsole.WriteLine(MachineDescription.Read());
            var isAlone = result.GetValue(alone);
            var programs = isAlone ? "The hub alone" : Rclone.Version();
            var where = isInMemory ? "in memory, in the bench's process" : "s3rver processes";
            AnsiConsole.WriteLine(
                $"{programs}; servers: two {where}, plain HTTP on loopback; CPU and memory are those of the copying program only.");

            if (result.GetValue(small) is > 0 and var count)
            {
                await CompareAsync(
                    new Workload($"{count:N0} objects of 4 KiB", count, 4 * KiB),
                    Contestants(isAlone, new Rclone("rclone, best flags", Rclone.SmallObjectFlags)),
                    result.GetValue(rounds), source, destination, cancellationToken);
            }

            if (result.GetValue(large) is > 0 and var number)
            {
                await CompareAsync(
                    new Workload($"{number} objects of 256 MiB", number, 256 * MiB),
                    Contestants(isAlone, new Rclone("rclone, single PUT", "--s3-upload-cutoff", "512M")),
                    result.GetValue(rounds), source, destination, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    static IContestant[] Contestants(bool isAlone, Rclone tuned) =>
        isAlone ? [new Hub()] : [new Hub(), new Rclone("rclone, default flags"), tuned];

    static async Task<S3Server> StartServerAsync(bool isInMemory, CancellationToken cancellationToken) => isInMemory
        ? await MemoryS3Server.StartAsync(cancellationToken: cancellationToken)
        : await S3rverServer.StartAsync(cancellationToken: cancellationToken);

    static async Task CompareAsync(
        Workload workload, IContestant[] contestants, int rounds, S3Server source, S3Server destination,
        CancellationToken cancellationToken)
    {
        var sourceBucket = await workload.FillAsync(source, cancellationToken);
        var results = contestants.ToDictionary(contestant => contestant, _ => new List<Measurement>());
        for (var round = 0; round < rounds; round++)
        {
            // In turn, so that other load on the machine affects all programs equally.
            foreach (var contestant in contestants)
            {
                var bucket = await destination.CreateBucketAsync("destination");
                results[contestant].Add(await contestant.CopyAsync(source, sourceBucket, destination, bucket, cancellationToken));
                await workload.ExpectAsync(destination, bucket);
                await EmptyAsync(destination, bucket);
            }
        }

        var table = new Table().Title($"{workload.Name}, median of {rounds}, load average {MachineDescription.LoadAverage()}");
        table.AddColumns("program", "wall s (min to max)", "objects/s", "MB/s", "CPU s", "CPU ms/object", "peak RSS MiB");
        foreach (var (contestant, all) in results)
        {
            var byWall = all.OrderBy(one => one.Wall).ToList();
            var median = byWall[byWall.Count / 2];
            table.AddRow(
                contestant.Name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{median.Wall.TotalSeconds:0.0} ({byWall[0].Wall.TotalSeconds:0.0} to {byWall[^1].Wall.TotalSeconds:0.0})"),
                Number(workload.Count / median.Wall.TotalSeconds),
                Number(workload.TotalBytes / 1e6 / median.Wall.TotalSeconds),
                Number(median.CpuSeconds),
                string.Create(CultureInfo.InvariantCulture, $"{median.CpuSeconds * 1000 / workload.Count:0.00}"),
                Number(all.Max(one => one.PeakMemoryBytes) / (double)MiB));
        }

        AnsiConsole.Write(table);
        var first = contestants.OfType<Hub>().First().FirstObjectSeconds;
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The hub reported its first copied object {first:0.00} s after createTask."));
    }

    static async Task EmptyAsync(S3Server server, string bucket)
    {
        foreach (var page in (await server.ListAsync(bucket)).Chunk(1000))
        {
            await server.Client.DeleteObjectsAsync(
                new DeleteObjectsRequest { BucketName = bucket, Objects = [.. page.Select(o => new KeyVersion { Key = o.Key })] });
        }
    }

    static string Number(double value) => value.ToString(value < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
