using System.CommandLine;
using DataTransferHub.Bench.Engine;
using DataTransferHub.Bench.Objects;
using DataTransferHub.Bench.Store;

var command = new RootCommand("Benchmarks of Data Transfer Hub. Each prints tables, the machine and its load.")
{
    EngineCommand.Create(), ObjectsCommand.Create(), StoreCommand.Create(), DirectCommand.Create(),
};
return await command.Parse(args).InvokeAsync();
