using System.Net;
using System.Text.RegularExpressions;
using DataTransferHub.Configuration;
using DataTransferHub.Secrets;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Schedules;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Tasks;

/// <summary>
/// Validates the input of a new task: first what applies to every task (type, description, names and number of parameters, schedule,
/// secrets), then the plugin's own rules, and then, if there are no errors so far, the checks that ask remote services.
/// </summary>
sealed partial class NewTaskCheck(TransferPlugins plugins, ISecretVault vault, TimeProvider time)
{
    const int LongestDescription = 250;
    const int LongestValue = 4096;
    const int MostParameters = 200;
    const string ScheduleExample = "For example, send '0 * * * ? *' for every hour, or '30 2 * * ? *' for every day at 02:30 UTC.";

    /// <summary>The task as it will be stored, with its description and URL-encoded parameters decoded.</summary>
    /// <exception cref="InvalidInputException">The input has faults; the exception lists all of them.</exception>
    public async Task<NewTask> CheckAsync(NewTask input, CancellationToken cancellationToken)
    {
        var plugin = FindPlugin(input);
        var errors = new List<InputError>();
        var description = input.Description is null ? null : FormText.DecodeLeniently(input.Description);
        CheckDescription(description, errors);
        CheckShape(input.Parameters, errors);
        ThrowIfAny(errors);

        CheckNames(plugin, input.Parameters, errors);
        var encoded = plugins.UrlEncodedOf(input.Type, input.Engine);
        var stored = input.Parameters
            .Select(parameter => encoded.Contains(parameter.Key) ? Decode(parameter, errors) : parameter)
            .ToList();
        var values = new TaskParameters(
            stored.Where(parameter => parameter.Value is not null).ToDictionary(parameter => parameter.Key, parameter => parameter.Value!));
        if (plugin.NeedsSchedule && input.ScheduleType is ScheduleType.FixedRate)
            CheckSchedule(values, errors);
        await CheckSecretsAsync(plugin, values, errors, cancellationToken);

        // A value that could not be decoded is reported once; the plugin gets it as it was sent.
        errors.AddRange(plugin.Check(values).Where(fault => !errors.Exists(known => known.Field == fault.Field)));
        ThrowIfAny(errors);

        errors.AddRange(await plugin.ProbeAsync(values, cancellationToken));
        ThrowIfAny(errors);
        return input with { Description = description, Parameters = stored };
    }

    ITransferPlugin FindPlugin(NewTask input)
    {
        if (plugins.Find(input.Type, input.Engine) is { } plugin)
            return plugin;
        var engines = plugins.All.Where(other => other.Type == input.Type).Select(other => EngineName(other.Engine)).ToList();
        if (engines.Count > 0)
        {
            throw new InvalidInputException([new(
                "engine",
                EngineName(input.Engine),
                $"This hub does not support {input.Type} with that engine. Send {string.Join(" or ", engines)}, or omit it for HUB.")]);
        }

        var types = plugins.All.Select(other => other.Type).Distinct();
        throw new InvalidInputException([new(
            "type",
            input.Type,
            $"This hub does not support that task type. Send {string.Join(" or ", types)}.")]);
    }

    static string EngineName(TaskEngine engine) => engine.ToString().ToUpperInvariant();

    static void ThrowIfAny(List<InputError> errors)
    {
        if (errors.Count > 0)
            throw new InvalidInputException(errors);
    }

    static void CheckDescription(string? description, List<InputError> errors)
    {
        if (description?.Length is { } length && length > LongestDescription)
        {
            errors.Add(new InputError(
                "description", null, $"It has {length} characters; at most {LongestDescription} are allowed. Shorten it."));
        }
    }

    static void CheckShape(IReadOnlyList<TaskParameter> parameters, List<InputError> errors)
    {
        if (parameters.Count > MostParameters)
        {
            errors.Add(new InputError(
                "parameters", null, $"There are {parameters.Count} parameters; at most {MostParameters} are allowed."));
        }
        if (parameters.Any(parameter => string.IsNullOrWhiteSpace(parameter.Key)))
            errors.Add(new InputError("parameters", null, "A parameter has no ParameterKey. Send one for every parameter."));
        errors.AddRange(parameters
            .GroupBy(parameter => parameter.Key)
            .Where(group => group.Count() > 1)
            .Select(group => new InputError(group.Key, null, "It was sent more than once. Send it once.")));
        errors.AddRange(parameters
            .Where(parameter => parameter.Value?.Length > LongestValue)
            .Select(parameter => new InputError(
                parameter.Key, null, $"It has {parameter.Value!.Length} characters; at most {LongestValue} are allowed. Shorten it.")));
    }

    static void CheckNames(ITransferPlugin plugin, IReadOnlyList<TaskParameter> parameters, List<InputError> errors)
    {
        string[] known = [.. plugin.Parameters.Select(parameter => parameter.Name), TaskParameterNames.Schedule];
        errors.AddRange(parameters
            .Where(parameter => !known.Contains(parameter.Key))
            .Select(parameter => new InputError(
                parameter.Key, null,
                $"There is no parameter with this name. Did you mean {NearestName.Of(parameter.Key, known)}? Correct the name, or remove "
                + "the parameter.")));
    }

    static TaskParameter Decode(TaskParameter parameter, List<InputError> errors)
    {
        if (parameter.Value is null)
            return parameter;
        var isWellFormed = !StrayPercent.IsMatch(parameter.Value);
        var decoded = isWellFormed ? WebUtility.UrlDecode(parameter.Value) : parameter.Value;

        // What is not UTF-8 is decoded to U+FFFD.
        if (isWellFormed && decoded.Contains('\uFFFD') == parameter.Value.Contains('\uFFFD'))
            return parameter with { Value = decoded };
        errors.Add(new InputError(
            parameter.Key, parameter.Value,
            "It is not valid percent-encoded UTF-8. Send the value URL-encoded: '%' as %25, '+' as %2B, and a space as + or %20."));
        return parameter;
    }

    void CheckSchedule(TaskParameters values, List<InputError> errors)
    {
        var text = values.Get(TaskParameterNames.Schedule);
        if (text.Length == 0)
        {
            errors.Add(new InputError(
                TaskParameterNames.Schedule, null,
                $"A FIXED_RATE task needs a schedule. {ScheduleExample} For a single run, send scheduleType ONE_TIME."));
            return;
        }

        try
        {
            if (CronSchedule.Parse(text).Next(time.GetUtcNow()) is null)
                errors.Add(new InputError(TaskParameterNames.Schedule, text, $"The schedule has no time in the future. {ScheduleExample}"));
        }
        catch (FormatException e)
        {
            errors.Add(new InputError(TaskParameterNames.Schedule, text, $"It is not a valid schedule: {e.Message}. {ScheduleExample}"));
        }
    }

    async Task CheckSecretsAsync(
        ITransferPlugin plugin, TaskParameters values, List<InputError> errors, CancellationToken cancellationToken)
    {
        foreach (var (field, _) in plugin.Parameters.Where(parameter => parameter.Form is ParameterForm.SecretName))
        {
            if (!values.Has(field))
                continue;
            var name = values.Get(field);
            if (!SecretName.Pattern().IsMatch(name))
                errors.Add(new InputError(field, name, SecretName.Rule));
            else if (!await vault.ExistsAsync(name, cancellationToken))
            {
                errors.Add(new InputError(
                    field, name,
                    "There is no secret with that name. Create it with createSecret, or send a name that listSecrets returns."));
            }
        }
    }

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    static partial Regex StrayPercent { get; }
}
