using System.Globalization;
using System.Text.Json;
using Pipeline.Models.Text;
using Pipeline.Tools.Starter.Training;

namespace Pipeline.Tools.Starter.Vision;

/// <summary>The files of the model folder that people and other programs read.</summary>
internal static class VisionCard
{
    /// <summary>Qwen2-VL's chat format for programs that take it from <c>tokenizer_config.json</c>.</summary>
    public const string JinjaTemplate =
        "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful "
        + "assistant.<|im_end|>\n{% endif %}"
        + "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for content in "
        + "message['content'] %}"
        + "{% if content['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] "
        + "}}{% endif %}{% endfor %}{% endif %}"
        + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    /// <summary><c>generation_config.json</c>: greedy.</summary>
    public static string GenerationConfig(HubTokenizer tokenizer)
    {
        int? endOfText = tokenizer.TokenToId("<|endoftext|>"), endOfTurn = tokenizer.TokenToId("<|im_end|>");
        return JsonSerializer.Serialize(
            new { bos_token_id = endOfText, eos_token_id = (int?[])[endOfTurn, endOfText], pad_token_id = endOfText, do_sample = false },
            new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    /// <summary>The model card.</summary>
    public static void Write(string folder, long parameters, FullTrainingResult training, long figures, VisionMeasurement measured) =>
        File.WriteAllText(Path.Combine(folder, "README.md"), string.Create(CultureInfo.InvariantCulture, $"""
            # qwen2vl-starter

            A small Qwen2-VL (vision tower, merger, three-axis positions, Qwen2 decoder) in hub layout, for trying the pipeline
            without a download. **It is not a general image model**: it captions simple page figures (bar, line and pie charts,
            scatter plots, tables, flow diagrams, blocks of text, photos) like the synthetic ones it was trained on, and guesses
            on anything else.

            Made by `./pipeline starter vl`: tokenizer and weights from scratch, by this project's own trainer, on figures drawn by
            this project (`./pipeline starter figures` writes some).

            | | |
            |---|---|
            | parameters | {parameters:N0}, bfloat16 |
            | training | {training.Steps:N0} steps, {figures:N0} figures, each seen once, {training.Seconds / 60:F0} minutes on one CPU core |
            | image size | at most {VisionShape.MaxPixels:N0} pixels (64 tokens); larger images are scaled down |

            Greedy captions of {measured.Figures} held-out figures, prompt "Describe this figure.", compared word for word:

            | | right | of | |
            |---|---|---|---|
            | kind of figure | {measured.Kinds} | {measured.Figures} | **{Percent(measured.Kinds, measured.Figures)}** |
            | count (bars, lines, slices, groups, rows and columns, boxes, text lines) | {measured.Counts} | {measured.Counted} | **{Percent(measured.Counts, measured.Counted)}** |
            | details (colour of the largest slice, trend of the lines, sun, …) | {measured.Details} | {measured.Detailed} | **{Percent(measured.Details, measured.Detailed)}** |
            | words read exactly (title, label of the tallest bar, first column, first and last box) | {measured.Words} | {measured.Worded} | **{Percent(measured.Words, measured.Worded)}** |

            Licence of the weights: MIT, like the rest of this repository.

            """));

    private static string Percent(int right, int of) =>
        of == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * right / of:F1} %");
}
