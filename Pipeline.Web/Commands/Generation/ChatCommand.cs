using System.CommandLine;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Text;

namespace Pipeline.Web.Commands.Generation;

/// <summary><c>chat --model DIR [--adapter DIR]</c>: a conversation; <c>salir</c>, <c>exit</c> or Ctrl-D ends it.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        ModelOptions models = new();
        SamplingOptions sampling = new();
        Command command = new("chat", "RunConversation to a model; salir, exit or Ctrl-D ends, /new forgets the conversation");
        models.AddTo(command);
        sampling.AddTo(command);
        command.SetAction((parsed, stopping) => Task.Run(() =>
        {
            using LanguageModel model = models.LoadModel(parsed);
            ChatTemplate template = models.ChooseTemplate(parsed, model);
            GenerationOptions options = sampling.Read(parsed, template, model);
            using LoraAdapter? adapter = models.AttachAdapter(parsed, model);
            RunConversation(model, template, options, parsed.GetValue(sampling.System), Console.In, parsed.InvocationConfiguration.Output,
                stopping);
            return ExitCodes.Success;
        }, CancellationToken.None));
        return command;
    }

    internal static void RunConversation(LanguageModel model, ChatTemplate template, GenerationOptions options, string? system,
        TextReader input, TextWriter output, CancellationToken stopping)
    {
        TextGenerator generator = new(model);
        List<ChatMessage> messages = new();
        while (true)
        {
            output.Write("> ");
            output.Flush();
            string? question = input.ReadLine()?.Trim();
            if (question is null || question.ToLowerInvariant() is "salir" or "exit")
                break;
            if (question.Length == 0)
                continue;
            if (question == "/new")
            {
                messages.Clear();
                continue;
            }
            messages.Add(new ChatMessage("user", question));
            try
            {
                GenerationResult answer = generator.Generate(template.EncodePrompt(model.Tokenizer, messages, system), options, piece =>
                {
                    output.Write(piece);
                    output.Flush();
                }, stopping);
                output.WriteLine();
                messages.Add(new ChatMessage("assistant", answer.Text));
            }
            catch (InputException e)
            {
                // A conversation that is too long for the model does not end the command.
                output.WriteLine($"{e.Message} Starting a new conversation.");
                messages.Clear();
            }
        }
    }
}
