using System.CommandLine;
using DataTransferHub.Cli.Sample;

var root = new RootCommand("Data Transfer Hub from a terminal.") { SampleCommand.Create() };
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
return await root.Parse(args).InvokeAsync(invocation);
