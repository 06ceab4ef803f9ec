using System.CommandLine;
using System.Text.Json;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Text;

namespace Pipeline.Web.Commands.Generation;

/// <summary><c>generate --model DIR [--adapter DIR] --prompt TEXT</c>: one answer.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        ModelOptions models = new();
        SamplingOptions sampling = new();
        Option<string> prompt = new("--prompt") { Description = "The question", HelpName = "TEXT", Required = true };
        Option<bool> raw = new("--raw") { Description = "Continue the text as it is, without a chat template" };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of the text" };
        Command command = new("generate", "Answer one question") { prompt, raw, json };
        models.AddTo(command);
        sampling.AddTo(command);
        command.SetAction((parsed, stopping) => Task.Run(() =>
        {
            using LanguageModel model = models.LoadModel(parsed);
            ChatTemplate template = parsed.GetValue(raw) ? ChatTemplate.Get("empty") : models.ChooseTemplate(parsed, model);
            GenerationOptions options = sampling.Read(parsed, template, model);
            using LoraAdapter? adapter = models.AttachAdapter(parsed, model);
            int[] ids = template.EncodePrompt(model.Tokenizer, [new ChatMessage("user", parsed.GetRequiredValue(prompt))],
                parsed.GetValue(sampling.System));
            TextWriter output = parsed.InvocationConfiguration.Output;
            bool asJson = parsed.GetValue(json);
            GenerationResult result = new TextGenerator(model).Generate(ids, options, asJson ? null : piece =>
            {
                output.Write(piece);
                output.Flush();
            }, stopping);
            output.WriteLine(asJson
                ? JsonSerializer.Serialize(new
                {
                    text = result.Text,
                    prompt_tokens = result.PromptTokens,
                    completion_tokens = result.TokenIds.Count,
                    finish_reason = result.FinishReason
                })
                : "");
            return ExitCodes.Success;
        }, CancellationToken.None));
        return command;
    }
}
