using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace DataTransferHub.Engine.Hosting.Http;

/// <summary>Serves a folder of files at <c>/</c>; functions take precedence.</summary>
static class StaticSite
{
    internal static void Use(IApplicationBuilder app, string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
            throw new StartFailure($"the folder of static files {folder} does not exist; correct StaticFiles, or remove it.");
        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files, DefaultFileNames = ["index.html"] });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = prepared =>
            {
                prepared.Context.Response.Headers.XContentTypeOptions = "nosniff";
                prepared.Context.Response.Headers.CacheControl = "no-cache";
            },
        });
    }
}
