using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Files;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;

namespace Pipeline.Models.Training.Batches;

/// <summary>
/// The base's own answers to the questions of the general set, for <c>retention: replay</c>. They are made once and kept in the
/// output folder, so that a resumed training goes on with the very same ones.
/// </summary>
internal static class ReplayAnswers
{
    /// <summary>The file in the output folder.</summary>
    public const string File = "retention_answers.json";

    private const int LongestAnswer = 96, AtOnce = 8; // tokens, questions
    private static readonly char[] Ends = ['.', '!', '?'];

    /// <summary>Question and answer of every question that the base answers; made if the folder does not have them.</summary>
    /// <param name="model">The base, without an adapter.</param>
    /// <param name="modelHash">What tells it from others.</param>
    /// <param name="template">Chat template of the training.</param>
    /// <param name="questions">General rows; prose is passed over.</param>
    /// <param name="outputDir">Folder of the training.</param>
    /// <param name="stopping">Checked between tokens.</param>
    /// <exception cref="InputException">The base answers none of them.</exception>
    public static IReadOnlyList<InstructionExample> Make(LanguageModel model, string modelHash, ChatTemplate template,
        IReadOnlyList<GeneralRow> questions, string outputDir, CancellationToken stopping)
    {
        InstructionExample[] asked = [.. questions.Select(row => row.Example).OfType<InstructionExample>()];
        string path = Path.Combine(outputDir, File);
        string key = KeyOf(modelHash, template, asked);
        Kept? kept = Read(path);
        if (kept?.Key != key)
        {
            kept = new Kept(key, Ask(model, template, asked, stopping));
            Directory.CreateDirectory(outputDir);
            DurableFiles.Replace(path, JsonSerializer.Serialize(kept));
        }
        InstructionExample[] examples = [.. asked.Zip(kept.Answers).Where(pair => pair.Second.Length > 0)
            .Select(pair => pair.First with { Output = pair.Second })];
        return examples.Length > 0 ? examples
            : throw new InputException("retention: the base answers none of the general questions; use kl, or give a retention_dataset");
    }

    private static string[] Ask(LanguageModel model, ChatTemplate template, InstructionExample[] asked, CancellationToken stopping) =>
        [.. GreedyReplies.Of(model, template,
            asked.Select(e => template.EncodePrompt(model.Tokenizer, e.ToMessages(withAnswer: false), e.System)),
            AtOnce, LongestAnswer, stopping).Select(answer => Whole(answer.Text, answer.FinishReason == GenerationResult.Length))];

    // Trained on as it stands, an answer cut in the middle would teach to stop in the middle.
    private static string Whole(string answer, bool isCut) =>
        isCut ? answer[..(answer.LastIndexOfAny(Ends) + 1)].Trim() : answer.Trim();

    private static string KeyOf(string modelHash, ChatTemplate template, InstructionExample[] asked) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
            new { modelHash, template = template.Identity, LongestAnswer, Questions = asked.Select(e => e.Question) }))));

    private static Kept? Read(string path)
    {
        try
        {
            return System.IO.File.Exists(path) ? JsonSerializer.Deserialize<Kept>(System.IO.File.ReadAllText(path)) : null;
        }
        catch (JsonException)
        {
            return null; // half a file is none
        }
    }

    private sealed record Kept(string Key, string[] Answers);
}
