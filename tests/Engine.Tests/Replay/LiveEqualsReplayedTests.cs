using CsCheck;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Protobuf;
using Xunit;

namespace DataTransferHub.Engine.Tests.Replay;

/// <summary>A live executor and a replay of the whole history make the same decisions, whatever an orchestration does.</summary>
public class LiveEqualsReplayedTests
{
    public enum StepKind
    {
        Activity,
        FailingActivity,
        RetriedActivity,
        Timer,
        Event,
        EventWithTimeout,
        Child,
        NewGuid,
        Send,
        Status,
    }

    static readonly Gen<StepKind> Step = Gen.Enum<StepKind>();

    static readonly Gen<StepKind[][]> Program = Step.Array[1, 4].Array[1, 5];

    [Fact]
    public void Live_and_replayed_executions_decide_the_same() =>
        Gen.Select(Program, Gen.Int[0, int.MaxValue], Gen.Bool.Array[200]).Sample((program, seed, forget) =>
        {
            var live = Run(program, seed, []);
            var replayed = Run(program, seed, forget);
            Assert.Equal(live, replayed);
        });

    // Stages run one after another; the steps of a stage run concurrently.
    static async Task<object?> Interpret(TaskOrchestrationContext context, StepKind[][] program)
    {
        var log = new List<string>();
        foreach (var stage in program)
            log.AddRange(await Task.WhenAll(stage.Select(step => InterpretStep(context, step))));
        return log;
    }

    static async Task<string> InterpretStep(TaskOrchestrationContext context, StepKind step)
    {
        switch (step)
        {
            case StepKind.Activity:
                return "a" + await context.CallActivityAsync<int>("A", 1);
            case StepKind.FailingActivity:
                try
                {
                    return "f" + await context.CallActivityAsync<int>("F");
                }
                catch (TaskFailedException e)
                {
                    return e.Message;
                }
            case StepKind.RetriedActivity:
                try
                {
                    return "r" + await context.CallActivityAsync<int>("R",
                        options: new RetryPolicy(3, TimeSpan.FromSeconds(1)).AsOptions());
                }
                catch (TaskFailedException e)
                {
                    return e.Message;
                }
            case StepKind.Timer:
                await context.CreateTimer(TimeSpan.FromDays(4), default);
                return "t" + context.CurrentUtcDateTime.Ticks;
            case StepKind.Event:
                return "e" + await context.WaitForExternalEvent<int>("E");
            case StepKind.EventWithTimeout:
                try
                {
                    return "w" + await context.WaitForExternalEvent<int>("E", TimeSpan.FromHours(1));
                }
                catch (OperationCanceledException)
                {
                    return "timeout";
                }
            case StepKind.Child:
                return "c" + await context.CallSubOrchestratorAsync<int>("C");
            case StepKind.NewGuid:
                return "g" + context.NewGuid();
            case StepKind.Send:
                context.SendEvent("x", "Y", 1);
                return "s";
            default:
                context.SetCustomStatus(context.CurrentUtcDateTime);
                return "status";
        }
    }

    // Completes open tasks in a seeded order, several per episode.
    static List<string> Run(StepKind[][] program, int seed, bool[] forget)
    {
        var random = new Random(seed);
        var execution = new ExecutionUnderTest(context => Interpret(context, program));
        var open = new List<OrchestratorAction>();
        var transcript = new List<string>();
        var result = execution.Start();
        for (var episode = 0; episode < 200; episode++)
        {
            transcript.Add(string.Join(';', result.Actions.Select(a => a.ToString())) + result.CustomStatus);
            if (result.Completion is not null)
                return transcript;
            open.AddRange(result.Actions.Where(a => a.SendEvent is null));
            execution.Now = execution.Now.AddMinutes(random.Next(1, 300));
            var answers = new List<HistoryEvent>();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                if (open.Count > 0 && random.Next(3) > 0)
                    answers.Add(Answer(Take(open, random), random));
                else
                    answers.Add(ExecutionUnderTest.Raised("E", random.Next(10)));
            }
            if (random.Next(8) == 0)
                answers.AddRange([ExecutionUnderTest.Suspended(), ExecutionUnderTest.Raised("E", 99), ExecutionUnderTest.Resumed()]);
            if (episode < forget.Length && forget[episode])
                execution.Forget();
            result = execution.Episode([.. answers]);
        }
        Assert.Fail("The orchestration did not end.");
        return transcript;
    }

    static OrchestratorAction Take(List<OrchestratorAction> open, Random random)
    {
        var i = random.Next(open.Count);
        var action = open[i];
        open.RemoveAt(i);
        return action;
    }

    static HistoryEvent Answer(OrchestratorAction action, Random random) => action switch
    {
        { CreateTimer: not null } => ExecutionUnderTest.Fired(action.Id),
        { CreateSubOrchestration: not null } => ExecutionUnderTest.ChildCompleted(action.Id, random.Next(10)),
        { ScheduleTask.Name: "F" } => ExecutionUnderTest.Failed(action.Id),
        { ScheduleTask.Name: "R" } when random.Next(2) == 0 => ExecutionUnderTest.Failed(action.Id, permanent: false),
        _ => ExecutionUnderTest.Completed(action.Id, random.Next(10)),
    };
}
