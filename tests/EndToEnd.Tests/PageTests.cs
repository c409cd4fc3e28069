using DataTransferHub.Servers.S3;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>The page at <c>/</c> in a real browser.</summary>
public sealed class PageTests(SharedMoto moto, SharedHub hub, Browser browser) : IClassFixture<SharedHub>, IClassFixture<Browser>
{
    const int MostTabs = 120;

    static readonly LocatorAssertionsToHaveTextOptions Patiently = new() { Timeout = 120_000 };

    [Fact]
    public async Task A_task_is_created_on_the_page_and_watched_until_it_is_done()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        await scene.FillAsync(new Random(1), small: 60, large: 1, largeBytes: 3_000_000);
        scene.SourceProxy.Latency = TimeSpan.FromSeconds(1);
        var page = await browser.OpenAsync(hub.Process.Url);

        await page.GetByLabel("Description").First.FillAsync("Nightly copy 数据");
        foreach (var (field, value) in FieldsOf(scene))
            await page.Locator($"#create-task [name={field}]").FillAsync(value);
        foreach (var side in new[] { "srcCredentials", "destCredentials" })
            await page.Locator($"#create-task [name={side}]").SelectOptionAsync(scene.Secret);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create task" }).ClickAsync();

        var task = page.GetByRole(AriaRole.Article).Filter(new() { HasText = "Nightly copy 数据" });
        await Expect(task.Locator(".state")).ToHaveTextAsync("In progress", Patiently);
        await Expect(task.Locator(".counts")).ToContainTextAsync(" of 61");
        scene.SourceProxy.Latency = TimeSpan.Zero;

        await Expect(task.Locator(".state")).ToHaveTextAsync("Done", Patiently);
        await Expect(task.Locator(".counts")).ToContainTextAsync("61 of 61");
        Assert.Equal(await scene.HashSourceAsync(), await scene.HashDestinationAsync());
    }

    [Fact]
    public async Task Limits_are_set_on_the_page_while_the_task_runs_and_lifted_again()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        await scene.FillAsync(new Random(1), small: 40, large: 0, largeBytes: 0);
        scene.SourceProxy.Latency = TimeSpan.FromSeconds(1);
        var id = await hub.Process.Api.CreateTaskAsync(scene.Parameters, cancellationToken: TestContext.Current.CancellationToken);
        await hub.Process.Api.RunAsync(
            "mutation($id: ID!) { setTaskLimits(id: $id, limits: { bytesPerSecond: 1024 }) { id } }", new { id },
            TestContext.Current.CancellationToken);
        scene.SourceProxy.Latency = TimeSpan.Zero;
        var page = await browser.OpenAsync(hub.Process.Url);
        var task = page.GetByRole(AriaRole.Article).Filter(new() { HasText = scene.SourceBucket });
        await Expect(task.Locator(".limited")).ToContainTextAsync("1 KiB/s");

        await task.GetByRole(AriaRole.Button, new() { Name = "Limits" }).ClickAsync();
        var form = page.Locator("#limits form").Filter(new() { HasText = "This task" });
        await form.GetByLabel("Requests").FillAsync("-3");
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(form.Locator(".field-error")).ToContainTextAsync("null for no limit");
        await form.GetByLabel("Bandwidth").FillAsync("");
        await form.GetByLabel("Requests").FillAsync("500000");
        await form.GetByLabel("Requests").PressAsync("Enter");
        await Expect(form.Locator(".saved")).ToHaveTextAsync("Saved.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        await Expect(task.Locator(".state")).ToHaveTextAsync("Done", Patiently);
        Assert.Equal(await scene.HashSourceAsync(), await scene.HashDestinationAsync());
    }

    [Fact]
    public async Task A_secret_and_a_task_are_created_with_the_keyboard_alone()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        await scene.Server.PutAsync(scene.SourceBucket, "key", [1, 2, 3]);
        var page = await browser.OpenAsync(hub.Process.Url);
        var secret = $"typed-{scene.Secret}";

        await TypeAsync(page, "secret-name", secret);
        await TypeAsync(page, "access-key", scene.Server.AccessKey);
        await TypeAsync(page, "secret-key", scene.Server.SecretKey);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#secrets")).ToContainTextAsync(secret);

        await page.ReloadAsync();
        await Expect(page.Locator("#secrets")).ToContainTextAsync(secret);
        await TypeAsync(page, "description", secret);
        foreach (var (field, value) in FieldsOf(scene))
            await TypeAsync(page, field, value);
        foreach (var side in new[] { "srcCredentials", "destCredentials" })
            await TypeAsync(page, side, secret);
        await TabToAsync(page, "destBucket");
        await page.Keyboard.PressAsync("Enter");

        var task = page.GetByRole(AriaRole.Article).Filter(new() { HasText = secret });
        await Expect(task.Locator(".state")).ToHaveTextAsync("Done", Patiently);
        Assert.Equal([1, 2, 3], await scene.Server.GetAsync(scene.DestinationBucket, "key"));
    }

    [Fact]
    public async Task A_task_that_is_not_started_yet_is_run_dry_with_a_list_of_prefixes_and_then_started()
    {
        await using var scene = await TransferScene.SetAsync(moto, hub.Process);
        foreach (var key in new[] { "a/1", "a/2", "b/1" })
            await scene.Server.PutAsync(scene.SourceBucket, key, [1, 2, 3]);
        await scene.Server.PutAsync(scene.SourceBucket, "list.txt", "a/\r\n"u8.ToArray());
        var page = await browser.OpenAsync(hub.Process.Url);
        var name = $"Dry {scene.Secret}";
        await page.GetByLabel("Description").First.FillAsync(name);
        foreach (var (field, value) in FieldsOf(scene).Append(("srcPrefixsListFile", "list.txt")))
            await page.Locator($"#create-task [name={field}]").FillAsync(value);
        foreach (var side in new[] { "srcCredentials", "destCredentials" })
            await page.Locator($"#create-task [name={side}]").SelectOptionAsync(scene.Secret);
        await page.GetByLabel("Do not start yet").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create task" }).ClickAsync();
        var task = page.GetByRole(AriaRole.Article).Filter(new() { HasText = name });
        await Expect(task.Locator(".state")).ToHaveTextAsync("Paused", Patiently);

        await task.GetByRole(AriaRole.Button, new() { Name = "Dry run" }).ClickAsync();

        await Expect(task.Locator(".dry summary")).ToContainTextAsync(": 2 of 2 objects would be copied", new() { Timeout = 120_000 });
        await task.Locator(".dry summary").ClickAsync();
        await Expect(task.Locator(".dry li").First).ToContainTextAsync("a/1");
        await Expect(task.Locator(".dry li").First).ToContainTextAsync("not at the destination");

        await task.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(task.Locator(".state")).ToHaveTextAsync("Done", Patiently);
        await Expect(task.Locator(".counts")).ToContainTextAsync("2 of 2");
    }

    static (string Field, string Value)[] FieldsOf(TransferScene scene) =>
    [
        .. scene.Parameters
            .Where(pair => pair.Key is "srcEndpoint" or "srcBucket" or "srcRegion" or "destEndpoint" or "destBucket" or "destRegion")
            .Select(pair => (pair.Key, pair.Value)),
    ];

    static async Task TypeAsync(IPage page, string id, string text)
    {
        await TabToAsync(page, id);
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Presses Tab until the field has the focus; every field must be reachable.</summary>
    static async Task TabToAsync(IPage page, string id)
    {
        for (var tab = 0; tab < MostTabs; tab++)
        {
            if (await page.EvaluateAsync<string>("document.activeElement?.id ?? ''") == id)
                return;
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"{id} cannot be reached with the Tab key.");
    }
}
