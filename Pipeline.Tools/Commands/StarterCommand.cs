using System.CommandLine;
using Pipeline.Tools.Starter.Figures;
using Pipeline.Tools.Starter.Language;
using Pipeline.Tools.Starter.Vision;

namespace Pipeline.Tools.Commands;

/// <summary>
/// <c>starter lm</c> and <c>starter vl</c> build the small models of <c>starter/</c> from scratch; <c>starter figures</c> draws
/// the second's training data.
/// </summary>
internal static class StarterCommand
{
    public static Command Create() =>
        new("starter", "Make the small models of starter/ from scratch") { CreateLanguage(), CreateVision(), CreateFigures() };

    private static Command CreateLanguage()
    {
        (Option<DirectoryInfo> folder, Option<double> minutes, Option<bool> resume, Option<int> threads) = Options("starter/phi4-starter");
        Command command = new("lm", "Language model from the text of installed Debian documentation") { folder, minutes, resume, threads };
        command.SetAction((parsed, cancellationToken) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            DirectoryInfo target = parsed.GetRequiredValue(folder);
            LanguageStarter starter = new(new LanguageStarterOptions
            {
                OutputFolder = target.FullName,
                WorkFolder = WorkFolder(target),
                Minutes = parsed.GetRequiredValue(minutes),
                Resume = parsed.GetValue(resume),
                Threads = parsed.GetRequiredValue(threads),
            }, output.WriteLine);
            return Task.Run(() => starter.Run(cancellationToken), CancellationToken.None);
        });
        return command;
    }

    private static Command CreateVision()
    {
        (Option<DirectoryInfo> folder, Option<double> minutes, Option<bool> resume,
            Option<int> threads) = Options("starter/qwen2vl-starter");
        Command command = new("vl", "Vision-language model from drawn page figures") { folder, minutes, resume, threads };
        command.SetAction((parsed, cancellationToken) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            DirectoryInfo target = parsed.GetRequiredValue(folder);
            VisionStarter starter = new(new VisionStarterOptions
            {
                OutputFolder = target.FullName,
                WorkFolder = WorkFolder(target),
                Minutes = parsed.GetRequiredValue(minutes),
                Resume = parsed.GetValue(resume),
                Threads = parsed.GetRequiredValue(threads),
            }, output.WriteLine);
            return Task.Run(() => starter.Run(cancellationToken), CancellationToken.None);
        });
        return command;
    }

    private static Command CreateFigures()
    {
        Option<DirectoryInfo> folder = new("--out") { Description = "Target folder", Required = true };
        Option<int> count = new("--count") { Description = "Number of figures", DefaultValueFactory = _ => 40 };
        Option<int> seed = new("--seed") { Description = "Seed of the first figure", DefaultValueFactory = _ => 0 };
        Command command = new("figures", "Draw page figures with captions") { folder, count, seed };
        command.SetAction(parsed =>
            FigureSet.Write(parsed.GetRequiredValue(folder).FullName, parsed.GetRequiredValue(count), parsed.GetValue(seed)));
        return command;
    }

    // Tokens and checkpoints stay outside the model folder, which is in version control.
    private static string WorkFolder(DirectoryInfo target) =>
        Path.Combine(Environment.GetEnvironmentVariable("PIPELINE_STARTER_WORK") ?? Path.Combine("data", "starter"), target.Name);

    private static (Option<DirectoryInfo>, Option<double>, Option<bool>, Option<int>) Options(string folder) =>
    (
        new Option<DirectoryInfo>("--out") { Description = "Model folder to write", DefaultValueFactory = _ => new DirectoryInfo(folder) },
        new Option<double>("--minutes") { Description = "Training time", DefaultValueFactory = _ => 50 },
        new Option<bool>("--resume") { Description = "Go on from the last checkpoint" },
        new Option<int>("--threads") { Description = "Torch threads", DefaultValueFactory = _ => 1 }
    );
}
