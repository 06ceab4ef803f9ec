using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>The sentence that announces what comes next: "The following protocols are supported:".</summary>
internal static partial class LeadText
{
    /// <summary>The last sentence of the paragraph just before a block, where it ends with a colon and says enough; else null.</summary>
    public static string? Before(Chunk chunk, int index)
    {
        if (index == 0 || chunk.Blocks[index - 1] is not { Kind: BlockKind.Paragraph } before)
            return null;
        string text = before.Text.Trim();
        if (!text.EndsWith(':'))
            return null;
        string last = SentenceSplitter.Split(text)[^1].TrimEnd(':', ' ');
        return !PlainText.PointsElsewhere(Announced(last, chunk.Language), chunk.Language) && last.Count(c => c == ' ') is >= 3 and <= 20
            && PlainText.IsReadable(last, 10, 140) && !PlainText.LooksLikeCode(last)
            && char.IsUpper(last.FirstOrDefault(char.IsLetter)) && !Joined().IsMatch(last) ? last : null;
    }

    /// <summary>"The following …" only announces the list itself, and is no pointer.</summary>
    private static string Announced(string lead, string language)
    {
        string[] words = language switch
        {
            "en" => ["following"],
            "de" => ["folgenden", "folgende"],
            "fr" => ["suivantes", "suivants", "suivante", "suivant"],
            "es" or "pt" => ["siguientes", "siguiente", "seguintes", "seguinte"],
            "it" => ["seguenti", "seguente"],
            _ => [],
        };
        return words.Aggregate(lead, (text, word) => text.Replace(word, "", StringComparison.OrdinalIgnoreCase));
    }

    // Leans on the sentence before it, addresses the reader, or says of nothing in particular that it follows.
    [GeneratedRegex(@"^(?:it|its|he|she|they|this|these|that|those|such|here|there (?:is|are) \w+$|for|however|but|and|or|also|then|so|"
        + @"thus|therefore|more precisely|specifically|consider|use|returns?|possible|there|visit|see|note|if|when|in this|in that|er|sie|"
        + @"es|dies|diese|dieser|dieses|hier|für|jedoch|allerdings|aber|und|auch|dann|also|falls|wenn|dabei|dazu|il|elle|ils|elles|on|ce|"
        + @"cette|ces|cela|voici|en voici|ici|cependant|ainsi|puis|pour|mais|et|aussi|alors|donc|si|lorsque|este|esta|estos|estas|esto|"
            + @"aquí|pero|"
        + @"sin embargo|y|también|entonces|si|cuando|visite|véase|isto|estes|aqui|mas|e|também|então|se|quando|veja|questo|questa|questi|"
        + @"queste|qui|ma|anche|allora|quindi|vedi|lo|ciò|eseguirà)(?!\p{L})|\b(?:such as|e\.g|for example|z\.\s?b|zum beispiel|"
        + @"par exemple|por ejemplo|por exemplo|per esempio|ad esempio)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Joined();
}
