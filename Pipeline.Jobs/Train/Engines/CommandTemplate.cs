using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>A command as a list of words with placeholders. It is executed without a shell, so no value can become a command.</summary>
internal sealed partial class CommandTemplate
{
    private const string Config = "config";
    private static readonly string[] Placeholders = [Config, "dataset_dir", "output_dir", "model", "run_id", "job_id"];

    private CommandTemplate(IReadOnlyList<string> words) => Words = words;

    public IReadOnlyList<string> Words { get; }

    public string Program => Words[0];

    /// <summary>A template from its words.</summary>
    /// <param name="words">Program and arguments.</param>
    /// <param name="source">The setting, for messages.</param>
    /// <param name="needsConfig">Whether it must name the configuration file.</param>
    /// <exception cref="InputException">No program, an unknown placeholder, or no <c>{config}</c>.</exception>
    public static CommandTemplate Of(IReadOnlyList<string> words, string source, bool needsConfig = true)
    {
        if (words.Count == 0 || words[0].Length == 0)
            throw new InputException($"{source}: names no program; give for example: llamafactory-cli train {{config}}");
        string[] used = [.. words.SelectMany(word => Placeholder().Matches(word)).Select(match => match.Groups[1].Value)];
        if (used.FirstOrDefault(name => !Placeholders.Contains(name)) is { } unknown)
            throw new InputException(
                $"{source}: {{{unknown}}} is no placeholder; did you mean {{{NearestName.Of(unknown, Placeholders)}}}? There are "
                + $"{string.Join(", ", Placeholders.Select(name => $"{{{name}}}"))}");
        if (Placeholder().IsMatch(words[0]))
            throw new InputException($"{source}: the program itself cannot be a placeholder");
        if (needsConfig && !used.Contains(Config))
            throw new InputException($"{source}: has no {{config}}, so the program would not know what to train");
        return new CommandTemplate(words);
    }

    /// <summary>
    /// Parses a template from one string: words separated by blanks, with quotes and backslashes as in a shell, and nothing else.
    /// </summary>
    /// <exception cref="InputException">As in <see cref="Of"/>, or a quote that is not closed.</exception>
    public static CommandTemplate Parse(string text, string source, bool needsConfig = true)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool escapes = c == '\\' && i + 1 < text.Length && (quote == '\0' || (quote == '"' && text[i + 1] is '"' or '\\'));
            if (escapes)
                (word ??= new()).Append(text[++i]);
            else if (quote != '\0' && c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                (quote, word) = (c, word ?? new());
            else if (quote == '\0' && char.IsWhiteSpace(c))
                Finish();
            else
                (word ??= new()).Append(c);
        }
        if (quote != '\0')
            throw new InputException($"{source}: a quote ({quote}) is not closed");
        Finish();
        return Of(words, source, needsConfig);

        void Finish()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }

    /// <summary>Replaces placeholders by values; each stays inside its word.</summary>
    /// <param name="config">Path of the configuration.</param>
    /// <param name="order">What to train.</param>
    /// <param name="jobId">Unique name of this attempt.</param>
    public IReadOnlyList<string> Fill(string config, TrainingOrder order, string jobId)
    {
        Dictionary<string, string> values = new()
        {
            [Config] = config,
            ["dataset_dir"] = order.DatasetFolder,
            ["output_dir"] = order.OutputFolder,
            ["model"] = order.BaseModel,
            ["run_id"] = order.RunId.ToString(),
            ["job_id"] = jobId,
        };
        return [.. Words.Select(word => Placeholder().Replace(word, match => values[match.Groups[1].Value]))];
    }

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Placeholder();
}
