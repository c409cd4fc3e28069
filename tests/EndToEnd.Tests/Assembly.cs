using DataTransferHub.Servers.S3;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedMoto))]
