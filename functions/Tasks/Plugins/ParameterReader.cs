using System.Globalization;

namespace DataTransferHub.Tasks.Plugins;

/// <summary>Reads single parameters of a task by type, and records every fault.</summary>
/// <param name="parameters">The parameters.</param>
/// <param name="errors">Takes the faults.</param>
sealed class ParameterReader(TaskParameters parameters, List<InputError> errors)
{
    /// <summary>Records that a value is invalid.</summary>
    public void Fault(string name, string remedy) =>
        errors.Add(new InputError(name, Has(name) ? parameters.Get(name) : null, remedy));

    /// <summary>Records that a value is invalid that may contain a secret or cannot be shown.</summary>
    public void FaultOfHidden(string name, string remedy) => errors.Add(new InputError(name, null, remedy));

    /// <summary>Records a fault unless the value is missing, blank, or the one that is accepted.</summary>
    public void Refuse(string name, string accepted, string remedy)
    {
        if (parameters.Get(name, accepted).Trim() != accepted)
            Fault(name, remedy);
    }

    /// <summary>Whether the parameter was sent with a value that is not blank.</summary>
    public bool Has(string name) => parameters.Has(name);

    /// <summary>The value as it was sent, or empty.</summary>
    public string Raw(string name) => parameters.Get(name);

    /// <summary>The trimmed value, or empty.</summary>
    public string Text(string name) => parameters.Get(name).Trim();

    /// <summary>A value of true or false.</summary>
    public bool Flag(string name, bool otherwise)
    {
        var text = parameters.Get(name, otherwise ? "true" : "false").Trim();
        if (bool.TryParse(text, out var flag))
            return flag;
        Fault(name, "Send true or false.");
        return otherwise;
    }

    /// <summary>A whole number within bounds.</summary>
    public int Number(string name, int otherwise, int least, int most)
    {
        if (!Has(name))
            return otherwise;
        if (int.TryParse(parameters.Get(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most)
            return number;
        Fault(name, $"Send a whole number from {least} to {most}.");
        return otherwise;
    }

    /// <summary>One of some values.</summary>
    public string OneOf(string name, string otherwise, IReadOnlyCollection<string> allowed)
    {
        var text = parameters.Get(name, otherwise).Trim();
        if (allowed.Contains(text))
            return text;
        Fault(name, $"Send one of {string.Join(", ", allowed)}.");
        return otherwise;
    }
}
