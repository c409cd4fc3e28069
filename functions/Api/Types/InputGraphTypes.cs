using DataTransferHub.Tasks;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Store;
using GraphQL.Types;

namespace DataTransferHub.Api.Types;

/// <summary>What <c>createTask</c> takes.</summary>
sealed class CreateTaskInput
{
    public string Type { get; set; } = "";

    public TaskEngine? Engine { get; set; }

    public string? Description { get; set; }

    public ScheduleType ScheduleType { get; set; }

    public List<TaskParameterInput?>? Parameters { get; set; }

    public bool? Paused { get; set; }

    public NewTask ToNewTask()
    {
        var parameters = (Parameters ?? []).OfType<TaskParameterInput>()
            .Select(input => new TaskParameter(input.ParameterKey ?? "", input.ParameterValue));
        return new NewTask(Type, Engine ?? TaskEngine.Hub, Description, ScheduleType, [.. parameters], Paused is true);
    }
}

/// <summary>A parameter that <c>createTask</c> takes.</summary>
sealed class TaskParameterInput
{
    public string? ParameterKey { get; set; }

    public string? ParameterValue { get; set; }
}

/// <summary>What the mutations of secrets take.</summary>
sealed class SecretInput
{
    public string Name { get; set; } = "";

    public string? Description { get; set; }

    public string Value { get; set; } = "";
}

/// <summary>The input of <c>createTask</c>.</summary>
sealed class CreateTaskInputGraphType : InputObjectGraphType<CreateTaskInput>
{
    public CreateTaskInputGraphType()
    {
        Name = "CreateTaskInput";
        Description = "A task to create.";
        Field<NonNullGraphType<TaskTypeGraphType>>("type").Description("What the task moves.");
        Field<TaskEngineGraphType>("engine").Description("What copies its items.").DefaultValue(TaskEngine.Hub);
        Field<StringGraphType>("description")
            .Description("What the task is for; at most 250 characters, counted after URL-decoding (form style).");
        Field<NonNullGraphType<ScheduleTypeGraphType>>("scheduleType").Description("How often the task runs.");
        Field<ListGraphType<TaskParameterInputGraphType>>("parameters")
            .Description("The parameters of the task type, each at most once. Send prefixes URL-encoded (form style).");
        Field<BooleanGraphType>("paused")
            .Description("Whether the first run starts only when the task is resumed, for example after a dry run.")
            .DefaultValue(false);
    }
}

/// <summary>A parameter of <c>createTask</c>.</summary>
sealed class TaskParameterInputGraphType : InputObjectGraphType<TaskParameterInput>
{
    public TaskParameterInputGraphType()
    {
        Name = "TaskParameterInput";
        Description = "A parameter of a task to create.";
        Field<StringGraphType>("ParameterKey").Description("Its name.");
        Field<StringGraphType>("ParameterValue").Description("Its value. Secrets are referenced by name.");
    }
}

/// <summary>The input of <c>createSecret</c> and <c>updateSecret</c>.</summary>
sealed class SecretInputGraphType : InputObjectGraphType<SecretInput>
{
    public SecretInputGraphType()
    {
        Name = "SecretInput";
        Description = "A secret to store.";
        Field<NonNullGraphType<StringGraphType>>("name").Description("1 to 512 letters, digits and /_+=.@-");
        Field<StringGraphType>("description").Description("What it is for. Anyone who may use the API can read it.");
        Field<NonNullGraphType<StringGraphType>>("value").Description(
            "The secret text, at most 64 KiB. For access keys: "
            + "{\"access_key_id\": \"…\", \"secret_access_key\": \"…\"}, with an optional session_token. It cannot be read back.");
    }
}
