using DataTransferHub.Servers.S3;
using DataTransferHub.Servers.S3.Memory;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedMoto))]
[assembly: AssemblyFixture(typeof(SharedMemoryS3))]
[assembly: AssemblyFixture(typeof(SharedRadosgw))]
