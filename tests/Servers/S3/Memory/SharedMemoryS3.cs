namespace DataTransferHub.Servers.S3.Memory;

/// <summary>One <see cref="MemoryS3Server"/> for a whole test assembly.</summary>
public sealed class SharedMemoryS3() : SharedServer<MemoryS3Server>(() => MemoryS3Server.StartAsync());
