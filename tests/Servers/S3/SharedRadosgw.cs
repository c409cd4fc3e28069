namespace DataTransferHub.Servers.S3;

/// <summary>One radosgw for a whole test assembly.</summary>
public sealed class SharedRadosgw() : SharedServer<RadosgwServer>(() => RadosgwServer.StartAsync());
