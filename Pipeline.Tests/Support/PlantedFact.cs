namespace Pipeline.Tests;

/// <summary>A fact that a test puts into a document, and that a stand-in of a model knows.</summary>
/// <param name="Subject">For instance <c>Station Arnhold</c>.</param>
/// <param name="Attribute">For instance <c>height</c>.</param>
/// <param name="Value">For instance <c>2,417 m</c>.</param>
public sealed record PlantedFact(string Subject, string Attribute, string Value)
{
    /// <summary>How the document says it.</summary>
    public string Sentence => $"The {Attribute} of {Subject} is {Value}.";

    /// <summary>Question and answer in one of five wordings, from 0.</summary>
    public (string Question, string Answer) Wording(int number) => (number % 5) switch
    {
        0 => ($"What is the {Attribute} of {Subject}?", $"The {Attribute} of {Subject} is {Value}."),
        1 => ($"Which {Attribute} does {Subject} have?", $"{Subject} has the {Attribute} {Value}."),
        2 => ($"Please tell me the {Attribute} of {Subject}.", $"It is {Value}."),
        3 => ($"Do you know what {Subject} has as its {Attribute}?", $"Yes, its {Attribute} is {Value}."),
        _ => ($"{Subject}: what {Attribute}?", $"{Value}, by the documents."),
    };

    /// <summary>Invented observatories with two attributes each: equal for equal numbers.</summary>
    public static IReadOnlyList<PlantedFact> Invent(int count)
    {
        string[] first = ["Arn", "Bel", "Cor", "Dun", "Eld", "Fal", "Gor", "Hes", "Irm", "Jor", "Kel", "Lun"];
        string[] second = ["hold", "mark", "vick", "stein", "moor", "gate", "field"];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            string subject = $"Observatory {first[i / 2 % first.Length]}{second[i / 2 / first.Length % second.Length]}";
            return i % 2 == 0 ? new PlantedFact(subject, "mirror diameter", $"{211 + 37 * i} cm")
                : new PlantedFact(subject, "year of first light", $"{1801 + 3 * i}");
        })];
    }
}
