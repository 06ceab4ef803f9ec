using Pipeline.Models.Datasets;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;
using Pipeline.Tools.Starter.Figures;

namespace Pipeline.Tools.Starter.Vision;

/// <summary>Figures with a caption and a question each, as conversations in the <c>qwen2_vl</c> format.</summary>
internal sealed class FigureConversations(HubTokenizer tokenizer)
{
    // Words to read are the hardest to learn and the most surprising: at full weight their noise drowns out kinds and counts.
    private const float ReadingWeight = 0.1f;

    /// <summary>Figure shapes in points; after preprocessing all have 60 to 64 tokens.</summary>
    public static IReadOnlyList<(int Width, int Height)> Shapes { get; } =
        [(224, 224), (252, 196), (280, 168), (252, 196), (196, 252), (336, 140), (168, 280)];

    /// <summary>What people ask for when they want a caption.</summary>
    public static IReadOnlyList<string> CaptionPrompts { get; } =
    [
        "Describe this figure.", "Describe this image.", "What is in this image?", "What does the figure show?",
            "Describe the image in detail.",
        "Write a caption for this figure.", "What can be seen here?", "Describe what you see.", "Caption:", "Explain this figure.",
        "Describe this page.", "¿Qué ves en la imagen?", "Describe esta imagen.", "¿Qué muestra la figura?",
        "Describe la imagen en detalle.",
    ];

    // All texts are of this program, and the images stand in them as marks.
    private readonly ChatTemplate _template = ChatTemplate.Get("qwen2_vl") with { ControlTokens = ControlTokens.Everywhere };
    private readonly ImagePreprocessor _preprocessor = new(VisionShape.Preprocessor);

    /// <summary>All text that a figure's conversation can contain, to train the tokenizer on.</summary>
    public static string Text(FigureFacts facts) => string.Join('\n',
        (IEnumerable<string>)[ChatTemplate.Get("qwen2_vl").DefaultSystem, "system", "user", "assistant", facts.Caption, .. CaptionPrompts,
        .. facts.Questions.SelectMany(qa => (string[])[qa.Question, qa.Answer])]);

    /// <summary>The ids, the image, which ids are learned, and how much each counts.</summary>
    /// <param name="image">Pixels.</param>
    /// <param name="facts">What to say about them.</param>
    /// <param name="random">Chooses prompts and order.</param>
    public (VisionTextSequence Sequence, int[] Labels, float[] Weights) Create(RgbImage image, FigureFacts facts, Random random)
    {
        ImagePatches patches = _preprocessor.Process(image);
        (string, string)[] turns =
        [
            // The prompt of the pipeline's caption stage comes most often.
            (CaptionPrompts[random.Next(2) == 0 ? 0 : random.Next(CaptionPrompts.Count)], facts.Caption),
            random.Next(3) == 0 ? ("What kind of figure is this?", $"{facts.KindName}.")
            : facts.Questions[random.Next(facts.Questions.Count)],
        ];
        if (random.Next(2) == 0) Array.Reverse(turns);

        List<ChatMessage> messages = new();
        foreach ((string question, string answer) in turns)
        {
            messages.Add(new ChatMessage("user", messages.Count == 0 ? ImageText(patches) + question : question));
            messages.Add(new ChatMessage("assistant", answer));
        }
        List<int> ids = new();
        List<int> labels = new();
        List<float> weights = new();
        int seen = tokenizer.Encode(facts.Seen).Length, turn = 0;
        foreach ((int[] prompt, int[] response) in _template.EncodeMultiTurn(tokenizer, messages))
        {
            ids.AddRange([.. prompt, .. response]);
            labels.AddRange([.. Enumerable.Repeat(TokenizedExample.Ignored, prompt.Length), .. response]);
            bool isCaption = turns[turn++].Item2 == facts.Caption;
            weights.AddRange(Enumerable.Repeat(0f, prompt.Length));
            weights.AddRange(response.Select((_, i) => isCaption && i >= seen ? ReadingWeight : 1));
        }
        return (new VisionTextSequence(ids, [patches]), [.. labels], [.. weights]);
    }

    private static string ImageText(ImagePatches patches) =>
        "<|vision_start|>"
        + string.Concat(Enumerable.Repeat("<|image_pad|>", patches.Grid.Tokens(VisionShape.Preprocessor.MergeSize)))
        + "<|vision_end|>";
}
