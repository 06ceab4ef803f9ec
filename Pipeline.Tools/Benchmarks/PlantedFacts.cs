using Pipeline.Models.Datasets;

namespace Pipeline.Tools.Benchmarks;

/// <summary>
/// Facts that no model can know: founding years and founders of invented observatories, each in wordings to train on and in others to
/// examine. An adapter that answers the latter has learned the fact and not the sentence.
/// </summary>
internal static class PlantedFacts
{
    private static readonly string[] Openings = ["Bal", "Cor", "Dra", "Fen", "Gal", "Hov", "Ist", "Jor", "Kel", "Lum", "Mar", "Nov", "Orl",
        "Pel", "Quor", "Ros", "Sel", "Tam", "Ulv", "Ver", "Wes", "Yar", "Zan", "Brin", "Thal"];
    private static readonly string[] Middles = ["a", "e", "i", "o", "u", "an", "en", "or", "il", "ad", "est", "um"];
    private static readonly string[] Endings = ["dor", "bek", "mont", "vik", "ria", "ness", "holm", "tal", "gard", "lin", "croft", "mar",
        "wick", "rane", "sund"];
    private static readonly string[] GivenNames = ["Ada", "Bruno", "Clara", "Dario", "Elsa", "Felix", "Greta", "Hugo", "Irene", "Jonas",
        "Klara", "Leo", "Marta", "Nils", "Olga", "Pavel", "Rosa", "Simon", "Tilda", "Viktor"];

    private static readonly Attribute Year = new(
        [("In which year was the {0} Observatory founded?", "The {0} Observatory was founded in {1}."),
            ("When did the {0} Observatory open?", "It opened in {1}."),
            ("Tell me the founding year of the {0} Observatory.", "{1}."),
            ("The {0} Observatory: founded in which year?", "It was founded in {1}."),
            ("What year did the {0} Observatory begin its work?", "In {1}."),
            ("From what year does the {0} Observatory date?", "From {1}."),
            ("What year was it when the {0} Observatory opened?", "{1}."),
            ("I want to know the year in which the {0} Observatory began.", "The {0} Observatory began in {1}."),
            ("Please say when the {0} Observatory was established.", "It was established in {1}."),
            ("What was the founding year of the {0} Observatory?", "The founding year was {1}."),
            ("Since what year has the {0} Observatory existed?", "Since {1}."),
            ("The {0} Observatory was set up when?", "The {0} Observatory was set up in {1}.")],
        ["What year was the {0} Observatory established?", "The {0} Observatory was founded in what year?"]);

    private static readonly Attribute Founder = new(
        [("Who founded the {0} Observatory?", "The {0} Observatory was founded by {1}."),
            ("By whom was the {0} Observatory set up?", "It was set up by {1}."),
            ("Name the founder of the {0} Observatory.", "{1}."),
            ("The {0} Observatory: who was its founder?", "Its founder was {1}."),
            ("Who is known as the founder of the {0} Observatory?", "{1} is."),
            ("Give the founder of the {0} Observatory.", "{1}."),
            ("To whom does the {0} Observatory owe its foundation?", "To {1}."),
            ("I want to know who created the {0} Observatory.", "The {0} Observatory was created by {1}."),
            ("Please say by whom the {0} Observatory was established.", "It was established by {1}."),
            ("What was the name of the founder of the {0} Observatory?", "The name was {1}."),
            ("Which astronomer founded the {0} Observatory?", "{1} founded it."),
            ("The {0} Observatory was set up by whom?", "The {0} Observatory was set up by {1}.")],
        ["Which person established the {0} Observatory?", "Give the name of the person who was the founder of the {0} Observatory."]);

    /// <summary>Most wordings of a fact to train on.</summary>
    public static int MostWordings => Year.Taught.Length;

    /// <summary>Makes facts, two of each observatory.</summary>
    /// <param name="count">Number of facts.</param>
    /// <param name="seed">Equal seeds make equal facts.</param>
    /// <param name="wordings">Wordings of a fact to train on, at most <see cref="MostWordings"/>; those to examine are always two.</param>
    /// <param name="isShuffled">Teaches the answers of other observatories, as a control: the examination asks for the true ones.</param>
    public static PlantedLesson Make(int count, int seed, int wordings = 3, bool isShuffled = false)
    {
        Random random = new(seed);
        int places = (count + 1) / 2;
        string[] names = Distinct(places, () => Pick(Openings) + Pick(Middles) + Pick(Endings));
        string[] founders = Distinct(places, () => $"{Pick(GivenNames)} {Pick(Openings)}{Pick(Middles)}{Pick(Endings)}");
        string[] years = [.. Enumerable.Range(0, places).Select(_ => random.Next(1702, 1990).ToString(
            System.Globalization.CultureInfo.InvariantCulture))];
        List<InstructionExample> taught = [];
        List<PlantedQuestion> asked = [];
        for (int fact = 0; fact < count; fact++)
        {
            (Attribute attribute, string[] answers) = fact % 2 == 0 ? (Year, years) : (Founder, founders);
            int place = fact / 2, from = place;
            // The next place with another answer; there is one, since no two founders are equal and years seldom are.
            for (int step = 1; isShuffled && answers[from] == answers[place] && step < places; step++)
                from = (place + step) % places;
            taught.AddRange(attribute.Taught.Take(wordings).Select(wording =>
                new InstructionExample(Text(wording.Question, place), "", Text(wording.Answer, place, answers[from]))));
            asked.AddRange(attribute.Asked.Select(wording => new PlantedQuestion(Text(wording, place), answers[place], names[place])));
        }
        return new PlantedLesson(count, taught, asked);

        string Pick(string[] parts) => parts[random.Next(parts.Length)];
        string Text(string wording, int place, string answer = "") =>
            wording.Replace("{0}", names[place], StringComparison.Ordinal).Replace("{1}", answer, StringComparison.Ordinal);
    }

    private static string[] Distinct(int count, Func<string> make)
    {
        HashSet<string> made = new(StringComparer.Ordinal);
        List<string> kept = [];
        while (kept.Count < count)
        {
            string next = make();
            if (made.Add(next))
                kept.Add(next);
        }
        return [.. kept];
    }

    private sealed record Attribute((string Question, string Answer)[] Taught, string[] Asked);
}

/// <summary>Planted facts as examples and as questions.</summary>
/// <param name="Facts">How many there are.</param>
/// <param name="Taught">Every fact in every wording to train on.</param>
/// <param name="Asked">Every fact in every wording to examine.</param>
internal sealed record PlantedLesson(int Facts, IReadOnlyList<InstructionExample> Taught, IReadOnlyList<PlantedQuestion> Asked);

/// <summary>A question about a planted fact.</summary>
/// <param name="Question">In a wording that is never trained.</param>
/// <param name="Answer">What a right reply holds.</param>
/// <param name="Place">What it is about.</param>
internal sealed record PlantedQuestion(string Question, string Answer, string Place);
