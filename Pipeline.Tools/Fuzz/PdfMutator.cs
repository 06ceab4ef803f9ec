namespace Pipeline.Tools.Fuzz;

/// <summary>Makes broken PDFs out of whole ones. The same seed and number always give the same file.</summary>
/// <param name="files">The whole files, in a fixed order.</param>
/// <param name="seed">Decides everything, together with the number of the run.</param>
internal sealed class PdfMutator(IReadOnlyList<string> files, int seed)
{
    /// <summary>The file of one run.</summary>
    /// <param name="run">Its number.</param>
    public MutatedPdf Make(int run)
    {
        Random random = new(unchecked((seed * 1_000_003) + run));
        string source = Choose(random);
        byte[] content = File.ReadAllBytes(source);
        List<string> changes = [];
        // A byte that is wrong before the objects are taken apart would change which of them are found: objects come first.
        if (random.Next(5) > 0 && PdfObjects.Read(content) is { } pdf)
        {
            for (int i = Amount(random); i > 0 && pdf.All.Count > 0; i--)
                changes.Add(ChangeObjects(pdf, random));
            content = pdf.Write();
        }
        if (changes.Count == 0 || random.Next(8) == 0)
        {
            for (int i = Amount(random); i > 0 && content.Length > 0; i--)
            {
                (string name, Func<byte[], Random, byte[]> change) = random.Of(ByteMutations.All);
                content = change(content, random);
                changes.Add($"file: {name}");
            }
        }
        return new MutatedPdf(source, string.Join(", ", changes), content);
    }

    private string ChangeObjects(PdfObjects pdf, Random random)
    {
        int kind = random.Next(20);
        if (kind == 0 && PdfObjects.Read(File.ReadAllBytes(Choose(random))) is { } donor)
        {
            ObjectMutations.Splice(pdf, donor, random);
            return "objects: of another file";
        }
        (string name, Action<PdfObjects, Random> change) = random.Of(kind < 10 ? ObjectMutations.All : StreamMutations.All);
        change(pdf, random);
        return $"{(kind < 10 ? "objects" : "streams")}: {name}";
    }

    /// <summary>Small files more often: more of them fit into the time.</summary>
    private string Choose(Random random)
    {
        string a = random.Of(files), b = random.Of(files);
        return new FileInfo(a).Length <= new FileInfo(b).Length ? a : b;
    }

    private static int Amount(Random random)
    {
        int amount = 1;
        while (amount < 6 && random.Next(2) == 0)
            amount++;
        return amount;
    }
}
