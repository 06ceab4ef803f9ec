using System.Text;
using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>A dataset in <c>dataset_info.json</c>, under LLaMA-Factory's names.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Values">Its keys with their values, in order.</param>
internal sealed record DatasetInfoEntry(string Name, IReadOnlyDictionary<string, object> Values)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The entry of one file; <c>system</c> and <c>history</c> are named only if some row has them.</summary>
    public static DatasetInfoEntry Of(string name, string file, RowKind kind, RowFormat format, IReadOnlyList<Row> rows)
    {
        Dictionary<string, object> values = new() { ["file_name"] = file };
        Dictionary<string, string> columns = new();
        if (kind == RowKind.Text)
        {
            columns["prompt"] = "text";
        }
        else if (format is RowFormat.Alpaca or RowFormat.Csv)
        {
            columns["prompt"] = "instruction";
            columns["query"] = "input";
            if (kind != RowKind.Pair) columns["response"] = "output";
            if (rows.Any(row => RowShape.Turns(row).System is not null)) columns["system"] = "system";
            if (rows.Any(row => RowShape.Turns(row).History.Length > 0)) columns["history"] = "history";
        }
        else
        {
            bool sharegpt = format == RowFormat.Sharegpt;
            values["formatting"] = "sharegpt";
            columns["messages"] = sharegpt ? "conversations" : "messages";
            if (sharegpt && rows.Any(row => RowShape.Turns(row).System is not null)) columns["system"] = "system";
            if (rows.Any(row => row.Tools is not null)) columns["tools"] = "tools";
            if (!sharegpt) values["tags"] = new Dictionary<string, string>
            {
                ["role_tag"] = "role",
                ["content_tag"] = "content",
                ["user_tag"] = "user",
                ["assistant_tag"] = "assistant",
                ["observation_tag"] = "tool",
                ["function_tag"] = "tool_call",
                ["system_tag"] = "system",
            };
        }
        if (kind == RowKind.Pair)
        {
            values["ranking"] = true;
            columns["chosen"] = "chosen";
            columns["rejected"] = "rejected";
        }
        if (kind == RowKind.Marked) columns["kto_tag"] = "kto_tag";
        if (rows.Any(row => row.Image is { Length: > 0 })) columns["images"] = "images";
        values["columns"] = columns;
        return new DatasetInfoEntry(name, values);
    }

    /// <summary>The file.</summary>
    public static byte[] ToJson(IEnumerable<DatasetInfoEntry> entries)
    {
        Dictionary<string, IReadOnlyDictionary<string, object>> info = entries.ToDictionary(entry => entry.Name, entry => entry.Values);
        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(info, Indented) + "\n");
    }
}
