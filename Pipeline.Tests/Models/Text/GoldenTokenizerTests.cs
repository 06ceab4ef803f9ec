using System.IO.Compression;
using System.Text.Json;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.Text;

/// <summary>
/// Ids and decoded text of huggingface/tokenizers, for every folder of <c>tokenizers</c> and <c>tokenizers-real</c> in the fixture root.
/// </summary>
public sealed class GoldenTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Tokenizers
    {
        get
        {
            string[] found = [.. ((string[])["tokenizers", "tokenizers-real"]).Select(kind => Path.Combine(GoldenFiles.Root, kind))
                .Where(Directory.Exists).SelectMany(Directory.GetDirectories)
                .Select(folder => Path.GetRelativePath(GoldenFiles.Root, folder)).Order(StringComparer.Ordinal)];
            return found.Length > 0 ? [.. found] : [""];
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Tokenizers))]
    public void Every_case_gives_the_reference_ids(string folder) => ForEach(folder, "cases", (tokenizer, ids, item) =>
        tokenizer.Encode(item.GetProperty("text").GetString()!).ShouldBe(ids, item.GetProperty("text").GetString()));

    [Theory, MemberData(nameof(Tokenizers))]
    public void Every_case_decodes_to_the_reference_text(string folder)
    {
        ForEach(folder, "cases", ShouldDecode);
        ForEach(folder, "decode_cases", ShouldDecode);
    }

    [Theory, MemberData(nameof(Tokenizers))]
    public void Every_case_streams_to_the_same_text_in_whole_characters(string folder) => ForEach(folder, "cases", (tokenizer, ids, item) =>
    {
        StreamingDecoder decoder = tokenizer.StreamDecoder();
        List<string> parts = [.. ids.Select(decoder.Add)];
        parts.Add(decoder.Finish());

        parts.ShouldAllBe(part => part == "" || !(char.IsLowSurrogate(part.First()) || char.IsHighSurrogate(part.Last())));
        string.Concat(parts).ShouldBe(item.GetProperty("decoded_skip_special").GetString());
    });

    [Theory, MemberData(nameof(Tokenizers))]
    public void What_the_post_processor_puts_before_a_text_is_the_leading_token(string folder) =>
        ForEach(folder, "with_special_tokens", (tokenizer, ids, item) =>
        {
            int[] lead = tokenizer.LeadingTokenId is int id ? [id] : [];
            ((int[])[.. lead, .. tokenizer.Encode(item.GetProperty("text").GetString()!)]).ShouldBe(ids);
        });

    private static void ShouldDecode(HubTokenizer tokenizer, int[] ids, JsonElement item)
    {
        tokenizer.Decode(ids, skipSpecialTokens: false).ShouldBe(item.GetProperty("decoded").GetString());
        tokenizer.Decode(ids).ShouldBe(item.GetProperty("decoded_skip_special").GetString());
    }

    private void ForEach(string folder, string kind, Action<HubTokenizer, int[], JsonElement> check)
    {
        Assert.SkipWhen(folder.Length == 0, $"{GoldenFiles.Root} has neither tokenizers nor tokenizers-real");
        string path = Path.Combine(GoldenFiles.Root, folder);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "cases.json")));
        if (!json.RootElement.TryGetProperty(kind, out JsonElement cases)) return;
        HubTokenizer tokenizer = HubTokenizer.Load(Unpacked(path));
        cases.GetArrayLength().ShouldBeGreaterThan(0);
        foreach (JsonElement item in cases.EnumerateArray())
            check(tokenizer, [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())], item);
    }

    private string Unpacked(string path)
    {
        string packed = Path.Combine(path, "tokenizer.json.gz"), target = _folder.File("tokenizer.json");
        if (!File.Exists(packed)) return path;
        using GZipStream source = new(File.OpenRead(packed), CompressionMode.Decompress);
        using FileStream file = File.Create(target);
        source.CopyTo(file);
        file.Close();
        return target;
    }
}
