using System.Globalization;

namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// Command-line words as keys with values, in LLaMA-Factory's two styles: <c>--key value</c>, <c>--key=value</c> and
/// <c>--flag</c> as in its scripts, <c>key=value</c> as after a configuration file. Several words after a key form a list.
/// </summary>
internal static class TrainingWords
{
    public static List<KeyValuePair<string, ConfigurationValue>> Read(IReadOnlyList<string> words, List<SettingFault> faults)
    {
        List<KeyValuePair<string, ConfigurationValue>> pairs = new();
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            string[] parts = word.TrimStart('-').Split('=', 2);
            string key = parts[0].Replace('-', '_'); // Python's parsers accept both
            if (parts.Length == 2)
            {
                pairs.Add(KeyValuePair.Create(key, ConfigurationValue.Of(parts[1])));
            }
            else if (StartsKey(word))
            {
                string[] values = [.. words.Skip(i + 1).TakeWhile(next => !StartsKey(next))];
                pairs.Add(KeyValuePair.Create(key, Value(values)));
                i += values.Length;
            }
            else
            {
                faults.Add(new($"'{word}'", "give keys as --key value or key=value"));
            }
        }
        return pairs;
    }

    private static ConfigurationValue Value(string[] values) =>
        values.Length switch
        {
            0 => ConfigurationValue.Flag,
            1 => ConfigurationValue.Of(values[0]),
            _ =>
            ConfigurationValue.OfList(values)
        };

    // -1 is a value, and so is a=b unless a is a key.
    private static bool StartsKey(string word) => word.StartsWith('-')
        ? !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        : word.IndexOf('=', StringComparison.Ordinal) is > 0 and int at && TrainingArgumentsReader.IsKnown(word[..at]);
}
