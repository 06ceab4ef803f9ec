using System.Globalization;
using System.Text;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>The funnel as a table of text.</summary>
public static class FunnelText
{
    /// <summary>Its lines; parts that count nothing are left out.</summary>
    public static string Of(Funnel funnel)
    {
        ArgumentNullException.ThrowIfNull(funnel);
        StringBuilder text = new();
        if (funnel.Documents > 0) Line("documents", funnel.Documents);
        if (funnel.Characters > 0)
        {
            Line("characters", funnel.Characters);
            Line("  in chunks", funnel.CharactersKept);
            Part("  left out: ", funnel.CharactersLeftOut);
            Line("chunks", funnel.Chunks);
        }
        if (funnel.Facts.Count > 0)
        {
            Line("facts", funnel.Facts.Values.Sum());
            Part("  ", funnel.Facts.ToDictionary(f => f.Key, f => (long)f.Value));
        }
        Line("rows", funnel.Rows);
        Part("  kept: ", Long(funnel.Kept));
        Part("  rejected: ", Long(funnel.Rejected));
        if (funnel.Types.Count > 0)
        {
            text.Append("kept rows by type\n");
            Part("  ", Long(funnel.Types));
        }
        if (funnel.Languages.Count > 0)
        {
            text.Append("kept rows by language\n");
            Part("  ", Long(funnel.Languages));
        }
        if (funnel.Calls.Count > 0)
        {
            text.Append("calls of a model\n");
            Part("  ", funnel.Calls);
        }
        if (funnel.RepliesRejected.Count > 0)
        {
            text.Append("replies that gave no row\n");
            Part("  ", Long(funnel.RepliesRejected));
        }
        return text.ToString();

        void Line(string name, long count) => text.Append(CultureInfo.InvariantCulture, $"{name,-36}{count,12:N0}\n");

        void Part(string prefix, IReadOnlyDictionary<string, long> counts)
        {
            foreach ((string name, long count) in counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal))
                Line(prefix + name, count);
        }

        static Dictionary<string, long> Long(IReadOnlyDictionary<string, int> counts) =>
            counts.ToDictionary(c => c.Key, c => (long)c.Value);
    }
}
