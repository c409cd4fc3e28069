namespace DataTransferHub.Servers.S3;

/// <summary>One Moto for a whole test assembly.</summary>
public sealed class SharedMoto() : SharedServer<MotoServer>(() => MotoServer.StartAsync());
