using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The keys for functions that require one. The master key is valid for all of them.</summary>
sealed record HubKeys(string Function, string System, string Master)
{
    static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whether a key is valid for a level.</summary>
    internal bool Opens(AuthorizationLevel level, string? key) => level switch
    {
        AuthorizationLevel.Anonymous or AuthorizationLevel.User => true,
        AuthorizationLevel.Function => Same(key, Function) || Same(key, Master),
        AuthorizationLevel.System => Same(key, System) || Same(key, Master),
        _ => Same(key, Master),
    };

    /// <summary>Reads the keys, or creates them if there are none. Only the owner can read the file.</summary>
    /// <exception cref="StartFailure">The file does not contain the keys, or cannot be read or written.</exception>
    internal static HubKeys LoadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
                Write(path, new(NewKey(), NewKey(), NewKey()));
            return JsonSerializer.Deserialize<HubKeys>(File.ReadAllBytes(path), Indented) is
            { Function.Length: > 0, System.Length: > 0, Master.Length: > 0 } keys
                ? keys
                : throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new StartFailure($"{path} does not contain the keys function, system and master. Remove it to create new ones.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(
                $"{path} cannot be read or written: {e.Message} Check its permissions, or choose another folder with --data.", e);
        }
    }

    static void Write(string path, HubKeys keys)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(unfinished, options))
        {
            JsonSerializer.Serialize(file, keys, Indented);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path);
    }

    static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    // Hashed first, so that the time of the comparison does not depend on the key or its length.
    static bool Same(string? offered, string key) => offered is not null && CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(offered)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Does not contain the keys.</summary>
    public override string ToString() => nameof(HubKeys);
}
