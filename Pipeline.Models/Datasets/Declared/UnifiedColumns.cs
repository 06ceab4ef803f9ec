using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>
/// Gives the objects of a column the same members in all rows: what a row lacks is null. LLaMA-Factory reads files into tables of
/// one type per column, so its conversations show every row's members in each row.
/// </summary>
internal static class UnifiedColumns
{
    private const int MostMembers = 10_000;

    /// <summary>The values of a column over all rows, with the same members.</summary>
    /// <param name="values">One value per row; undefined where the row has none.</param>
    /// <exception cref="InputException">The objects have more different members than a table can have.</exception>
    public static IReadOnlyList<JsonElement> Unify(IReadOnlyList<JsonElement> values)
    {
        Shape shape = new();
        int members = 0;
        foreach (JsonElement value in values) shape.Add(value, ref members);
        if (!shape.HoldsMembers) return values;
        return [.. values.Select(value => value.ValueKind == JsonValueKind.Undefined ? value
            : JsonSerializer.SerializeToElement(shape.Fill(value)))];
    }

    private sealed class Shape
    {
        private readonly Dictionary<string, Shape> _members = new(StringComparer.Ordinal);
        private readonly List<string> _order = new();
        private Shape? _items;

        public bool HoldsMembers => _members.Count > 0 || (_items?.HoldsMembers ?? false);

        public void Add(JsonElement value, ref int members)
        {
            if (value.ValueKind == JsonValueKind.Array)
            {
                _items ??= new Shape();
                foreach (JsonElement item in value.EnumerateArray()) _items.Add(item, ref members);
            }
            else if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (!_members.TryGetValue(member.Name, out Shape? inner))
                    {
                        if (++members > MostMembers)
                            throw new InputException($"the objects of a column have more than {MostMembers} different members; "
                                + "write tools and arguments as text, JSON inside quotes");
                        _members[member.Name] = inner = new Shape();
                        _order.Add(member.Name);
                    }
                    inner.Add(member.Value, ref members);
                }
            }
        }

        public JsonNode? Fill(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Array && _items is not null)
                return new JsonArray([.. value.EnumerateArray().Select(_items.Fill)]);
            if (value.ValueKind != JsonValueKind.Object) return JsonSerializer.SerializeToNode(value);
            JsonObject filled = new();
            foreach (string name in _order)
                filled[name] = value.TryGetProperty(name, out JsonElement member) ? _members[name].Fill(member) : null;
            return filled;
        }
    }
}
