using System.CommandLine;
using DataTransferHub.Cli.Sample;

var root = new RootCommand("Command-line tools of Data Transfer Hub.") { SampleCommand.Create() };
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
return await root.Parse(args).InvokeAsync(invocation);
