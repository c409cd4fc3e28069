using System.Text;
using DataTransferHub.Api.Types;
using DataTransferHub.Secrets;
using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Store;

namespace DataTransferHub.Api;

/// <summary>Creates, replaces and deletes secrets. Responses and errors never contain a value.</summary>
sealed class SecretCommands(ISecretVault vault, ITaskStore tasks, TransferPlugins plugins)
{
    const int LargestValue = 64 * 1024;
    const int LongestDescription = 2048;

    /// <exception cref="InvalidInputException">The input has faults, or the secret already exists.</exception>
    public async Task<SecretDescription> CreateAsync(SecretInput input, CancellationToken cancellationToken)
    {
        Check(input);
        if (await vault.ExistsAsync(input.Name, cancellationToken))
            throw new InvalidInputException(
                [new InputError(
                    "name", input.Name, "A secret with this name exists. Choose another name, or use updateSecret to replace it.")]);
        return await PutAsync(input, cancellationToken);
    }

    /// <exception cref="InvalidInputException">The input has faults.</exception>
    /// <exception cref="NotFoundException">There is no such secret.</exception>
    public async Task<SecretDescription> UpdateAsync(SecretInput input, CancellationToken cancellationToken)
    {
        Check(input);
        if (!await vault.ExistsAsync(input.Name, cancellationToken))
            throw new NotFoundException("secret", input.Name);
        return await PutAsync(input, cancellationToken);
    }

    /// <exception cref="ConflictException">A live task uses it.</exception>
    /// <exception cref="NotFoundException">There is no such secret.</exception>
    public async Task<SecretDescription> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var secrets = await vault.ListAsync(cancellationToken);
        var secret = secrets.FirstOrDefault(secret => secret.Name == name) ?? throw new NotFoundException("secret", name);
        var users = (await tasks.ListLiveAsync(cancellationToken)).Where(task => Uses(task, name)).Select(task => task.Id).ToList();
        if (users.Count > 0)
            throw new ConflictException(
                $"The secret '{name}' is used by {users.Count} active task(s), the first being {users[0]}. "
                + "Stop them before you delete it.");
        await vault.DeleteAsync(name, cancellationToken);
        return secret;
    }

    async Task<SecretDescription> PutAsync(SecretInput input, CancellationToken cancellationToken)
    {
        await vault.PutAsync(input.Name, input.Value, input.Description, cancellationToken);
        return new SecretDescription(input.Name, input.Description);
    }

    static void Check(SecretInput input)
    {
        var faults = new List<InputError>();
        if (!SecretName.Pattern().IsMatch(input.Name))
            faults.Add(new InputError("name", input.Name, SecretName.Rule));
        if (input.Description?.Length > LongestDescription)
        {
            var length = input.Description.Length;
            faults.Add(new InputError(
                "description", null, $"It has {length} characters; at most {LongestDescription} are allowed. Shorten it."));
        }
        if (input.Value.Length == 0)
            faults.Add(new InputError("value", null, "The value is empty. Send the secret text."));
        else if (Encoding.UTF8.GetByteCount(input.Value) > LargestValue)
            faults.Add(new InputError("value", null, "The value is larger than 64 KiB."));
        if (faults.Count > 0)
            throw new InvalidInputException(faults);
    }

    bool Uses(TaskRecord task, string secret) => plugins.UsesSecret(task.Type, task.Engine, task.ParameterValues(), secret);
}
