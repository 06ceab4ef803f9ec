using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// What the keys mean, from the documentation file the compiler writes next to the assembly, so that programmers
/// and users read the same reference.
/// </summary>
internal static partial class KeyMeanings
{
    private static readonly Lazy<Dictionary<string, XElement>> Summaries = new(Read);

    /// <summary>The summary of a property, with key names in place of property names; empty without documentation.</summary>
    public static string Of(PropertyInfo property) =>
        Summaries.Value.TryGetValue(IdOf(property), out XElement? summary)
        ? Spaces().Replace(string.Concat(summary.Nodes().Select(TextOf)), " ").Trim() : "";

    private static string TextOf(XNode node) =>
        node is not XElement { Name.LocalName: "see" } reference ? node is XElement element ? element.Value : node.ToString()
        : reference.Attribute("cref")?.Value is { } id
        && typeof(TrainingArguments).GetProperties().FirstOrDefault(p => IdOf(p) == id) is { } property
            ? property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? property.Name
            : reference.Value;

    private static string IdOf(PropertyInfo property) => $"P:{property.DeclaringType!.FullName}.{property.Name}";

    private static Dictionary<string, XElement> Read()
    {
        string file = Path.ChangeExtension(typeof(TrainingArguments).Assembly.Location, ".xml");
        if (!File.Exists(file))
            return [];
        return XDocument.Load(file).Descendants("member")
            .Where(member => member.Attribute("name") is not null && member.Element("summary") is not null)
            .GroupBy(member => member.Attribute("name")!.Value)
            .ToDictionary(members => members.Key, members => members.First().Element("summary")!);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
