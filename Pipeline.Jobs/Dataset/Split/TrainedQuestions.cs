using System.Text;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>What an adapter was trained on, by the hashes of its questions: a file in its folder, one sorted hash a line.</summary>
public static class TrainedQuestions
{
    /// <summary>Name of the file in the folder of an adapter.</summary>
    public const string FileName = "trained_questions.txt";

    /// <summary>Hashes of all questions that rows of the training teach, those of earlier turns too.</summary>
    public static IReadOnlySet<string> Of(IEnumerable<Row> rows) => rows.Where(r => r.State != RowState.Rejected
        && r.Split == RowSplit.Train)
        .SelectMany(r => r.Messages).Where(m => m.Role == "user" && m.Content.Length > 0)
        .Select(m => RowHash.OfQuestion(TextWords.WellFormed(m.Content))).ToHashSet(StringComparer.Ordinal);

    /// <summary>Writes the file; an existing one is replaced at once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hashes">Hashes in any order.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<string> hashes)
    {
        StringBuilder text = new();
        foreach (string hash in hashes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            text.Append(hash).Append('\n');
        string partial = path + ".partial";
        File.WriteAllText(partial, text.ToString());
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>The hashes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">A line is no hash.</exception>
    public static IReadOnlySet<string> Read(string path)
    {
        HashSet<string> hashes = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0)
                continue;
            if (line.Length != 32 || !line.All(char.IsAsciiHexDigitLower))
                throw new InvalidDataException($"{path}, line {number}: expected 32 hexadecimal digits, found "
                    + $"\"{(line.Length > 40 ? line[..40] + "…" : line)}\"; the file is written with its adapter and must not be edited");
            hashes.Add(line);
        }
        return hashes;
    }
}
