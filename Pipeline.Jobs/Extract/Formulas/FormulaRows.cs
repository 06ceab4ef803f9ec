using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>Gathers the pieces of formulas.</summary>
internal static class FormulaRows
{
    /// <summary>The formulas that a piece belongs to, each with all its pieces.</summary>
    /// <param name="seed">The piece.</param>
    /// <param name="pieces">All pieces of the page.</param>
    /// <param name="rules">Bars of fractions and roots.</param>
    public static IEnumerable<List<FormulaPiece>> Of(FormulaPiece seed, FormulaPiece[] pieces, Box[] rules) =>
        Rows(Grow(seed, pieces), rules);

    /// <summary>All pieces that touch or nearly touch.</summary>
    private static List<FormulaPiece> Grow(FormulaPiece seed, FormulaPiece[] pieces)
    {
        List<FormulaPiece> group = [seed];
        seed.Taken = true;
        for (int i = 0; i < group.Count; i++)
        {
            FormulaPiece from = group[i];
            foreach (FormulaPiece piece in pieces)
            {
                if (piece.Taken || piece.Inline || piece.Kind is FormulaPieceKind.Prose or FormulaPieceKind.Number)
                    continue;
                double size = Math.Max(from.Size, piece.Size);
                double across = Math.Max(piece.Box.X0 - from.Box.X1, from.Box.X0 - piece.Box.X1), down = -piece.Box.OverlapY(from.Box);
                if (across > (down < -0.3 * size ? 3 : 0.5) * size || down > 0.55 * size)
                    continue;
                piece.Taken = true;
                group.Add(piece);
            }
        }
        return group;
    }

    /// <summary>The lines of a group of formulas: cut where nothing stands, each with a statement of its own.</summary>
    private static IEnumerable<List<FormulaPiece>> Rows(List<FormulaPiece> group, Box[] rules)
    {
        Box all = FormulaPiece.BoxOf(group);
        List<(double Top, double Bottom)> taken =
            [.. group.Select(p => (p.Box.Y1 - (0.14 * p.Size), p.Box.Y0 + (0.09 * p.Size)))];
        taken.AddRange(rules.Where(all.ContainsCenterOf).Select(r => (r.CenterY + 4, r.CenterY - 4)));
        taken.Sort((a, b) => b.Top.CompareTo(a.Top));
        List<double> cuts = [];
        double lowest = taken[0].Bottom;
        foreach ((double top, double bottom) in taken)
        {
            if (top < lowest - 1)
                cuts.Add((top + lowest) / 2);
            lowest = Math.Min(lowest, bottom);
        }
        List<FormulaPiece>? held = null;
        double size = group.Max(p => p.Size);
        foreach (IGrouping<int, FormulaPiece> part in group.GroupBy(p => cuts.Count(c => p.Box.CenterY < c)).OrderBy(g => g.Key))
        {
            List<FormulaPiece> row = [.. part];
            if (held is not null && !row.TrueForAll(IsSmall) && !held.TrueForAll(IsSmall)
                && row.Exists(p => p.IsStatement) && held.Exists(p => p.IsStatement))
            {
                yield return held;
                held = row;
            }
            else
            {
                held = [.. held ?? [], .. row];
            }
        }
        if (held is not null)
            yield return held;
        bool IsSmall(FormulaPiece piece) => piece.Size < FormulaPieces.SmallType * size;
    }
}
