using Microsoft.Playwright;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>The Chromium of this machine, without a window.</summary>
public sealed class Browser : IAsyncLifetime
{
    IPlaywright? _playwright;
    IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        // Generous, for a busy machine.
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("DTH_CHROMIUM") ?? "/usr/bin/chromium",

            // As root, in containers, Chromium cannot create its sandbox; it only opens the hub under test.
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
    }

    /// <summary>Opens the hub's page, with no cookies and no cache of others.</summary>
    public async Task<IPage> OpenAsync(Uri url)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 }, Locale = "en-GB" });
        var page = await context.NewPageAsync();
        await page.GotoAsync(url.ToString());
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
