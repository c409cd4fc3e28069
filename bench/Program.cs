using System.CommandLine;
using DataTransferHub.Bench.Engine;
using DataTransferHub.Bench.Objects;

return await new RootCommand("Benchmarks of Data Transfer Hub. Each prints a table, the machine and its load.") { EngineCommand
    .Create(), ObjectsCommand.Create() }
    .Parse(args)
    .InvokeAsync();
