using System.CommandLine;
using DataTransferHub.Bench.Objects;

return await new RootCommand("Benchmarks of Data Transfer Hub. Each prints a table with the machine and its load.") { ObjectsCommand.Create() }
    .Parse(args)
    .InvokeAsync();
