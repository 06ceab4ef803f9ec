using System.Globalization;
using System.Text.Json;
using Pipeline.Models.Families;
using Pipeline.Tools.Starter.Training;

namespace Pipeline.Tools.Starter.Language;

/// <summary>The files of the model folder that people and other programs read.</summary>
internal static class LanguageCard
{
    /// <summary>The <c>phi4_mini</c> format for programs that take it from <c>tokenizer_config.json</c>.</summary>
    public const string JinjaTemplate =
        "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    /// <summary><c>generation_config.json</c>: greedy, with the configuration's end tokens.</summary>
    public static string GenerationConfig(DecoderConfig config) => JsonSerializer.Serialize(
        new { bos_token_id = config.BosTokenId, eos_token_id = config.EosTokenIds, pad_token_id = config.PadTokenId, do_sample = false },
        new JsonSerializerOptions { WriteIndented = true }) + "\n";

    /// <summary>The model card.</summary>
    public static void Write(string folder, FullTrainingResult training, LanguageMeasurement measured) =>
        File.WriteAllText(Path.Combine(folder, "README.md"), string.Create(CultureInfo.InvariantCulture, $"""
            # phi4-starter

            A small language model of the Phi-3 family (fused projections, grouped queries, partial rotary positions,
            longrope, tied embeddings) in hub layout, for trying the pipeline without a download. **It is not a useful
            assistant**: it writes fluent fragments of technical English and follows the chat format `phi4_mini`.

            Made by `./pipeline starter lm`: tokenizer (byte-level BPE) and weights from scratch, by this project's own trainer.

            | | |
            |---|---|
            | parameters | {measured.Parameters:N0}, bfloat16 |
            | training text | {measured.TrainingTokens / 1e6:F1} million tokens: documentation that Debian packages ship (free licences), and questions and answers made from it |
            | training | {training.Steps:N0} steps, {training.Targets / 1e6:F1} million tokens, {training.Seconds / 60:F0} minutes on one CPU core |
            | context | trained on {LanguageShape.TrainedLength} tokens, longrope to {LanguageShape.MaxLength} |
            | **held-out perplexity, prose** | **{measured.ProsePerplexity:F2}** per token, over {measured.ProseTokens:N0} tokens of pages that were not trained on |
            | held-out perplexity, conversations | {measured.ChatPerplexity:F2} per token, over {measured.ChatTokens:N0} tokens |

            Licence of the weights: MIT, like the rest of this repository.

            """));
}
