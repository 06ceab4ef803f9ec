using System.CommandLine;
using Pipeline.Models.Lora;

namespace Pipeline.Web.Commands.Training;

/// <summary><c>merge --model DIR --adapter DIR --out DIR</c>: a checkpoint in hub layout that needs no adapter.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "Base model folder", HelpName = "DIR", Required = true };
        Option<string> adapter = new("--adapter") { Description = "LoRA adapter in PEFT's layout", HelpName = "DIR", Required = true };
        Option<string> output = new("--out") { Description = "New folder for the merged model", HelpName = "DIR", Required = true };
        Command command = new("merge", "Merge an adapter into its base model") { model, adapter, output };
        command.SetAction(parsed =>
        {
            int layers = AdapterMerger.Merge(parsed.GetRequiredValue(model), parsed.GetRequiredValue(adapter),
                parsed.GetRequiredValue(output));
            parsed.InvocationConfiguration.Output.WriteLine($"{layers} linear layers merged: {parsed.GetRequiredValue(output)}");
            return ExitCodes.Success;
        });
        return command;
    }
}
