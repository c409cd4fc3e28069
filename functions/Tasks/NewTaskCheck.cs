using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DataTransferHub.Secrets;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Schedules;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks;

/// <summary>
/// Checks what a caller sends to create a task: the rules that the prior system's API had (lengths, bucket names, accounts,
/// regions), those it left to chance (schedule, secrets, parameters given twice), and then the plugin's own.
/// </summary>
sealed partial class NewTaskCheck(TransferPlugins plugins, ISecretVault vault, TimeProvider time)
{
    const int LongestDescription = 250;
    const int LongestPrefix = 1024;
    const int LongestValue = 4096;
    const int MostParameters = 200;

    /// <summary>The task as it is to be stored: description and prefixes decoded.</summary>
    /// <exception cref="InvalidInputException">With every fault found.</exception>
    public async Task<NewTask> CheckAsync(NewTask input, CancellationToken cancellationToken)
    {
        if (plugins.Find(input.Type) is not { } plugin)
            throw new InvalidInputException(
                [new InputError(
                    "type",
                    input.Type.ToString(),
                    $"This hub cannot move that kind of data yet. Use {string.Join(" or ", plugins.Types)}.")]);

        var errors = new List<InputError>();
        var description = input.Description is null ? null : FormText.DecodeLeniently(input.Description);
        CheckDescription(description, errors);
        CheckShape(input.Parameters, errors);
        if (errors.Count > 0)
            throw new InvalidInputException(errors);

        IReadOnlyList<TaskParameter> stored = [.. input.Parameters.Select(
            parameter => IsPrefix(parameter.Key) ? DecodePrefix(parameter, errors) : parameter)];
        var values = new TaskParameters(
            stored.Where(parameter => parameter.Value is not null).ToDictionary(parameter => parameter.Key, parameter => parameter.Value!));
        foreach (var rule in Rules)
        {
            foreach (var field in rule.Fields.Where(values.Has))
            {
                if (!rule.Pattern.IsMatch(values.Get(field)))
                    errors.Add(new InputError(field, values.Get(field), rule.Remedy));
            }
        }

        CheckSchedule(input.ScheduleType, values, errors);
        await CheckSecretsAsync(values, errors, cancellationToken);

        // A fault is told once: the plugin may know the same field better, but not for a second time.
        foreach (var error in await plugin.ValidateAsync(values, cancellationToken))
        {
            if (!errors.Exists(known => known.Field == error.Field))
                errors.Add(error);
        }

        return errors.Count == 0 ? input with { Description = description, Parameters = stored } : throw new InvalidInputException(errors);
    }

    static void CheckDescription(string? description, List<InputError> errors)
    {
        if (description?.Length is { } length && length > LongestDescription)
            errors.Add(new InputError("description", null, $"It has {length} characters, but may have {LongestDescription}. Shorten it."));
    }

    static void CheckShape(IReadOnlyList<TaskParameter> parameters, List<InputError> errors)
    {
        if (parameters.Count > MostParameters)
            errors.Add(new InputError("parameters", null, $"There are {parameters.Count} parameters, but there may be {MostParameters}."));
        errors.AddRange(parameters
            .Where(parameter => string.IsNullOrWhiteSpace(parameter.Key))
            .Take(1)
            .Select(_ => new InputError("parameters", null, "A parameter has no ParameterKey. Give every parameter its name.")));
        errors.AddRange(parameters
            .GroupBy(parameter => parameter.Key)
            .Where(group => group.Count() > 1)
            .Select(group => new InputError(group.Key, null, "It was sent more than once. Send it once.")));
        errors.AddRange(parameters
            .Where(parameter => parameter.Value?.Length > LongestValue)
            .Select(
                parameter =>
                    new InputError(parameter.Key, null, $"It has {parameter.Value!.Length} characters, but may have {LongestValue}.")));
    }

    static bool IsPrefix(string name) => name is TaskParameterNames.SourcePrefix or TaskParameterNames.DestinationPrefix;

    static TaskParameter DecodePrefix(TaskParameter parameter, List<InputError> errors)
    {
        if (parameter.Value is null)
            return parameter;
        if (StrayPercent().IsMatch(parameter.Value) || WebUtility.UrlDecode(parameter.Value) is not { } prefix
            || (prefix.Contains('\uFFFD', StringComparison.Ordinal) && !parameter.Value.Contains('\uFFFD', StringComparison.Ordinal)))
        {
            errors.Add(new InputError(parameter.Key, parameter.Value, "It is not well-formed percent-encoding of UTF-8. Prefixes are "
                + "sent URL-encoded: write '%' as %25, '+' as %2B, and a space as + or %20."));
            return parameter;
        }

        if (Encoding.UTF8.GetByteCount(prefix) is var length && length > LongestPrefix)
            errors.Add(
                new InputError(
                    parameter.Key, null, $"It is {length} bytes long, but an object key has at most {LongestPrefix}. Shorten it."));
        else if (prefix.Any(char.IsControl))
            errors.Add(new InputError(parameter.Key, null, "It holds a control character (a line break, for example). Remove it."));
        return parameter with { Value = prefix };
    }

    void CheckSchedule(ScheduleType type, TaskParameters values, List<InputError> errors)
    {
        if (type is ScheduleType.OneTime)
            return;

        const string example = "For every hour send '0 * * * ? *', for 02:30 UTC every day '30 2 * * ? *'.";
        var text = values.Get(TaskParameterNames.Schedule);
        if (text.Length == 0)
        {
            errors.Add(
                new InputError(
                    TaskParameterNames.Schedule,
                    null,
                    $"A FIXED_RATE task needs a schedule. {example} For one run use scheduleType ONE_TIME."));
            return;
        }

        try
        {
            if (CronSchedule.Parse(text).Next(time.GetUtcNow()) is null)
                errors.Add(new InputError(TaskParameterNames.Schedule, text, $"That time never comes. {example}"));
        }
        catch (FormatException e)
        {
            errors.Add(new InputError(TaskParameterNames.Schedule, text, $"It is no schedule: {e.Message}. {example}"));
        }
    }

    async Task CheckSecretsAsync(TaskParameters values, List<InputError> errors, CancellationToken cancellationToken)
    {
        foreach (var field in TaskParameterNames.Credentials.Where(values.Has))
        {
            var name = values.Get(field);
            if (!errors.Exists(error => error.Field == field) && !await vault.ExistsAsync(name, cancellationToken))
                errors.Add(
                    new InputError(
                        field,
                        name,
                        "There is no secret of that name. Create it with createSecret, or give the name of one that listSecrets shows."));
        }
    }

    static readonly IReadOnlyList<(string[] Fields, Regex Pattern, string Remedy)> Rules =
    [
        (["srcBucket", "destBucket"], BucketName(), "It is no bucket name. A name has 3 to 255 lowercase letters, digits, dots and "
            + "hyphens, begins and ends with a letter or digit, has no dot or hyphen beside a dot, and is no IP address."),
        (["srcAccountId", "destAccountId"], AccountId(),
            "It is no AWS account id. Send its 12 digits, or leave it out for the current account."),
        (["srcRegion", "destRegion"], Region(),
            "It is no region name. Names have up to 63 lowercase letters, digits and hyphens, for example us-east-1 or cn-north-1."),
        (TaskParameterNames.Credentials, SecretName.Pattern(), SecretName.Rule),
        (["ecsClusterName"], ClusterName(), "It is no cluster name. Names have up to 1,024 letters, digits and hyphens."),
    ];

    [GeneratedRegex(@"^(?![0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\z)(?!.*(\.\.|\.-|-\.|\._|_\.))[a-z0-9][A-Za-z0-9_.-]{1,253}[a-z0-9]\z")]
    public static partial Regex BucketName();

    [GeneratedRegex(@"^[0-9]{12}\z")]
    public static partial Regex AccountId();

    [GeneratedRegex(@"^(?!.*--)[a-z0-9-]{0,62}[a-z0-9]\z")]
    public static partial Regex Region();

    [GeneratedRegex(@"^[A-Za-z0-9-]{1,1024}\z")]
    public static partial Regex ClusterName();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    public static partial Regex StrayPercent();
}
