using System.Text;

namespace Pipeline.Models.Training.Configuration;

/// <summary>All configuration keys as human-readable text.</summary>
internal static class KeyReference
{
    private const int LineLength = 100;

    public static string Write()
    {
        StringBuilder text = new("Keys of a training, in YAML, JSON or as flags. Names and meanings are LLaMA-Factory's.\n");
        foreach (TrainingKey key in TrainingKey.All)
        {
            text.Append($"\n{key.Name}  (default: {(key.Default.Length == 0 ? "none" : key.Default)})\n");
            AppendLines(text, key.Meaning);
            if (key.Takes.Length > 0)
                AppendLines(text, $"Takes: {key.Takes}");
        }
        text.Append("\nAccepted without effect, each with the reason:\n");
        foreach ((string reason, string names) in IdleKeys.Lists)
        {
            text.Append($"\n{reason}\n");
            AppendLines(text, names);
        }
        text.Append("\nOther keys of LLaMA-Factory that would change the result are refused by name unless they are off.\n");
        return text.ToString();
    }

    private static void AppendLines(StringBuilder text, string words)
    {
        string line = "   ";
        foreach (string word in words.Split(' '))
        {
            if (line.Length + 1 + word.Length > LineLength)
            {
                text.Append(line).Append('\n');
                line = "   ";
            }
            line += ' ' + word;
        }
        text.Append(line).Append('\n');
    }
}
