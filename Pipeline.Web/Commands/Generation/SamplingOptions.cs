using System.CommandLine;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;

namespace Pipeline.Web.Commands.Generation;

/// <summary>Options of the commands that generate text.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<int> _tokens = new("--max-new-tokens") { Description = "Longest answer", DefaultValueFactory = _ => 256 };
    private readonly Option<double> _temperature = new("--temperature")
    {
        Description = "0 always takes the likeliest token",
        DefaultValueFactory = _ => 0
    };
    private readonly Option<double> _topP = new("--top-p")
    {
        Description = "Draws from the likeliest tokens up to this probability",
        DefaultValueFactory = _ => 1
    };
    private readonly Option<int> _topK = new("--top-k")
    {
        Description = "Draws from that many likeliest tokens; 0 for all",
        DefaultValueFactory = _ => 0
    };
    private readonly Option<double> _penalty = new("--repetition-penalty")
    {
        Description = "Above 1 avoids repetition",
        DefaultValueFactory = _ => 1
    };
    private readonly Option<long> _seed = new("--seed") { Description = "Of the draws", DefaultValueFactory = _ => 0 };

    public Option<string?> System { get; } = new("--system") { Description = "System message" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { System, _tokens, _temperature, _topP, _topK, _penalty, _seed })
            command.Options.Add(option);
    }

    /// <exception cref="Pipeline.Models.InputException">A value is out of range.</exception>
    public GenerationOptions Read(ParseResult parsed, ChatTemplate template, LanguageModel model)
    {
        GenerationOptions options = new()
        {
            MaxNewTokens = parsed.GetValue(_tokens),
            Temperature = parsed.GetValue(_temperature),
            TopP = parsed.GetValue(_topP),
            TopK = parsed.GetValue(_topK),
            RepetitionPenalty = parsed.GetValue(_penalty),
            Seed = parsed.GetValue(_seed),
            StopTokenIds = template.StopTokenIds(model.Tokenizer),
        };
        options.Validate();
        return options;
    }
}
