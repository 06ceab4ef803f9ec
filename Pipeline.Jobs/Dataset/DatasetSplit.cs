using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Jobs.Dataset;

/// <summary>
/// Splits examples into train and eval by whole groups (a section of a document), so that nothing asked in
/// the evaluation was seen in training. The same groups and seed always give the same split.
/// </summary>
internal static class DatasetSplit
{
    /// <param name="examples">All examples.</param>
    /// <param name="groupOf">Examples of one group stay together.</param>
    /// <param name="fraction">Share to hold out. With two groups or more at least one is held out and one is kept.</param>
    /// <param name="seed">Decides which.</param>
    public static (List<SourcedExample> Train, List<SourcedExample> Eval) Divide(
        IReadOnlyList<SourcedExample> examples, Func<SourcedExample, string> groupOf, double fraction, int seed)
    {
        ILookup<string, SourcedExample> groups = examples.ToLookup(groupOf, StringComparer.Ordinal);
        HashSet<string> held = new(StringComparer.Ordinal);
        if (fraction > 0 && groups.Count >= 2)
        {
            int wanted = Math.Max(1, (int)Math.Round(fraction * examples.Count)), taken = 0;
            foreach (IGrouping<string, SourcedExample> group in groups.OrderBy(g => Rank(g.Key, seed))
                .ThenBy(g => g.Key, StringComparer.Ordinal))
            {
                if (taken >= wanted || held.Count == groups.Count - 1)
                    break;
                if (taken + group.Count() > Math.Max(wanted + 1, 1.25 * wanted))
                    continue; // too large for the remaining share; a later group may fit
                held.Add(group.Key);
                taken += group.Count();
            }
            if (held.Count == 0)
                held.Add(groups.MinBy(g => g.Count())!.Key);
        }
        List<SourcedExample> eval = examples.Where(e => held.Contains(groupOf(e))).ToList();
        // A text shared by two sections goes to the held-out side.
        HashSet<string> known = eval.Select(e => ExampleBuilder.Normalised(e.Example.Output)).ToHashSet(StringComparer.Ordinal);
        List<SourcedExample> train = examples.Where(e =>
            !held.Contains(groupOf(e)) && !known.Contains(ExampleBuilder.Normalised(e.Example.Output))).ToList();
        return (train, eval);
    }

    private static ulong Rank(string group, int seed) => BinaryPrimitives.ReadUInt64BigEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}|{group}"))));
}
