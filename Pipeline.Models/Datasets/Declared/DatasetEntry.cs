using System.Text.Json;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>
/// An entry of <c>dataset_info.json</c>. What it does not declare does not exist: with <c>columns</c> or <c>tags</c> only what they name,
/// without them LLaMA-Factory's defaults. Reference: hiyouga/LLaMA-Factory, src/llamafactory/data/parser.py.
/// </summary>
internal sealed record DatasetEntry
{
    /// <summary>File or folder, relative to the folder of the datasets.</summary>
    public required string FileName { get; init; }

    /// <summary><c>alpaca</c>, <c>sharegpt</c> or <c>openai</c>.</summary>
    public string Formatting { get; init; } = "alpaca";

    /// <summary>Whether rows are pairs of a better and a worse answer.</summary>
    public bool Ranking { get; init; }

    /// <summary>Rows to draw; null for all in order.</summary>
    public int? NumSamples { get; init; }

    /// <summary>Whether the entry names its columns itself; those must then be in the file.</summary>
    public bool NamesColumns { get; init; }

    public string? Prompt { get; init; } = "instruction";

    public string? Query { get; init; } = "input";

    public string? Response { get; init; } = "output";

    public string? History { get; init; }

    public string? Messages { get; init; } = "conversations";

    public string? System { get; init; }

    public string? Tools { get; init; }

    public string? Images { get; init; }

    public string? Videos { get; init; }

    public string? Audios { get; init; }

    public string? Chosen { get; init; }

    public string? Rejected { get; init; }

    public string? KtoTag { get; init; }

    public string? RoleTag { get; init; } = "from";

    public string? ContentTag { get; init; } = "value";

    public string? UserTag { get; init; } = "human";

    public string? AssistantTag { get; init; } = "gpt";

    public string? ObservationTag { get; init; } = "observation";

    public string? FunctionTag { get; init; } = "function_call";

    public string? SystemTag { get; init; } = "system";

    /// <summary>Whether the rows are texts to continue: a prompt is declared, and no answer of any kind.</summary>
    public bool IsText => Formatting == "alpaca" && NamesColumns && Prompt is not null && Response is null && !Ranking && KtoTag is null;

    /// <summary>Columns that the file must have.</summary>
    public IEnumerable<string> Required
    {
        get
        {
            string?[] answers = Ranking ? [Chosen, Rejected] : [KtoTag];
            string?[] own = Formatting == "alpaca" ? [History, Prompt, Query, Response] : [Messages];
            // Files of the product and of many others have no input column, and LLaMA-Factory's own default names one.
            IEnumerable<string?> all = own.Where(column => NamesColumns || column != "input");
            return all.Concat(answers).Concat([System, Tools, Images, Videos, Audios]).OfType<string>().Distinct();
        }
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="where">File and name of the entry, for messages.</param>
    /// <exception cref="InputException">It is not an object, names no local file, or asks for what is not computed.</exception>
    public static DatasetEntry Read(JsonElement entry, string where)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw new InputException($"{where}: is a {DatasetRow.KindName(entry)}; expected an object with a file_name");
        if (Text(entry, "file_name") is not { Length: > 0 } file)
            throw new InputException($"{where}: has no file_name; only local files are read"
                + (Text(entry, "hf_hub_url") is { } hub ? $": fetch the dataset first (./pipeline pull {hub}) and name its file" : ""));
        string formatting = Text(entry, "formatting") ?? "alpaca";
        if (formatting is not ("alpaca" or "sharegpt" or "openai"))
            throw new InputException($"{where}: formatting is '{formatting}'; supported are alpaca, sharegpt and openai");
        if (Text(entry, "split") is { } split and not "train")
            throw new InputException($"{where}: split is '{split}'; a file has the split train only, so take the key out");
        DatasetEntry read = new()
        {
            FileName = file,
            Formatting = formatting,
            Ranking = entry.TryGetProperty("ranking", out JsonElement ranking) && ranking.ValueKind == JsonValueKind.True,
            NumSamples = Samples(entry, where),
        };
        if (Part(entry, "columns", where) is { } columns) read = read.WithColumns(columns);
        if (Part(entry, "tags", where) is { } tags) read = read.WithTags(tags);
        return read.Formatting == "alpaca" || read is { Messages: not null, RoleTag: not null, ContentTag: not null } ? read
            : throw new InputException($"{where}: {formatting} needs columns.messages, tags.role_tag and tags.content_tag where columns or "
                + "tags are given");
    }

    private DatasetEntry WithColumns(JsonElement columns) => this with
    {
        NamesColumns = true,
        Prompt = Text(columns, "prompt"),
        Query = Text(columns, "query"),
        Response = Text(columns, "response"),
        History = Text(columns, "history"),
        Messages = Text(columns, "messages"),
        System = Text(columns, "system"),
        Tools = Text(columns, "tools"),
        Images = Text(columns, "images"),
        Videos = Text(columns, "videos"),
        Audios = Text(columns, "audios"),
        Chosen = Text(columns, "chosen"),
        Rejected = Text(columns, "rejected"),
        KtoTag = Text(columns, "kto_tag"),
    };

    private DatasetEntry WithTags(JsonElement tags) => this with
    {
        RoleTag = Text(tags, "role_tag"),
        ContentTag = Text(tags, "content_tag"),
        UserTag = Text(tags, "user_tag"),
        AssistantTag = Text(tags, "assistant_tag"),
        ObservationTag = Text(tags, "observation_tag"),
        FunctionTag = Text(tags, "function_tag"),
        SystemTag = Text(tags, "system_tag"),
    };

    private static int? Samples(JsonElement entry, string where)
    {
        if (!entry.TryGetProperty("num_samples", out JsonElement samples) || samples.ValueKind == JsonValueKind.Null) return null;
        return samples.ValueKind == JsonValueKind.Number && samples.TryGetInt32(out int count) && count > 0 ? count
            : throw new InputException($"{where}: num_samples is {samples}; expected a whole number above 0");
    }

    private static JsonElement? Part(JsonElement entry, string name, string where)
    {
        if (!entry.TryGetProperty(name, out JsonElement part)) return null;
        return part.ValueKind == JsonValueKind.Object ? part
            : throw new InputException($"{where}: {name} is a {DatasetRow.KindName(part)}; expected an object");
    }

    // An empty name is none, as in LLaMA-Factory.
    private static string? Text(JsonElement parent, string key) => parent.TryGetProperty(key, out JsonElement value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
