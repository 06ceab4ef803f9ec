using System.CommandLine;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Web.Commands.Datasets;

/// <summary><c>dataset tokens CONFIG</c>: the ids and labels that a configuration makes of its datasets.</summary>
internal static class DatasetTokensCommand
{
    public static Command Create()
    {
        Argument<string[]> words = new("CONFIG")
        {
            Description = "Configuration of a training, YAML or JSON, and keys as key=value",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> stage = new("--stage")
        {
            Description = $"Encode for this stage: {string.Join(", ", TokenRows.Stages)}; the configuration's without",
            HelpName = "NAME",
        };
        Option<int?> limit = new("--limit") { Description = "Rows to write at most", HelpName = "N" };
        Command command = new("tokens", "Write the ids and labels that a training would be given, one JSON object a row")
        {
            words, stage, limit,
        };
        command.SetAction(parsed =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            TrainingArguments arguments = TrainingArguments.FromWords(parsed.GetRequiredValue(words));
            foreach (string row in TokenRows.Read(arguments, parsed.GetValue(stage) ?? arguments.Stage,
                message => error.WriteLine($"warning: {message}")).Take(parsed.GetValue(limit) ?? int.MaxValue))
                parsed.InvocationConfiguration.Output.WriteLine(row);
            return ExitCodes.Success;
        });
        return command;
    }
}
