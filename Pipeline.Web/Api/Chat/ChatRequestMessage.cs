using System.Text;
using System.Text.Json;
using Pipeline.Models;

namespace Pipeline.Web.Api.Chat;

/// <param name="Role"><c>system</c> (or <c>developer</c>), <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">A text, or parts of type <c>text</c> and <c>image_url</c>.</param>
internal sealed record ChatRequestMessage(string? Role, JsonElement Content)
{
    public string TemplateRole => Role == "developer" ? "system" : Role ?? "";

    /// <summary>The text, parts joined by line breaks, and the encoded images, in order.</summary>
    /// <exception cref="InputException">A part is of another kind, or an image is not a data URL.</exception>
    public (string Text, IReadOnlyList<byte[]> Images) Read(int number)
    {
        string where = $"messages[{number}].content";
        if (Content.ValueKind == JsonValueKind.String)
            return (Content.GetString()!, []);
        if (Content.ValueKind != JsonValueKind.Array)
            throw new InputException(
                $"{where}: found {Content.ValueKind.ToString().ToLowerInvariant()}; expected a text or a list of parts");
        StringBuilder text = new();
        List<byte[]> images = new();
        foreach (JsonElement part in Content.EnumerateArray())
        {
            string? type = Member(part, "type") is { ValueKind: JsonValueKind.String } t ? t.GetString() : null;
            switch (type)
            {
                case "text" when Member(part, "text") is { ValueKind: JsonValueKind.String } words:
                    if (text.Length > 0)
                        text.Append('\n');
                    text.Append(words.GetString());
                    break;
                case "image_url" when Member(part, "image_url") is { } image
                    && (image.ValueKind == JsonValueKind.String ? image : Member(image, "url")) is { ValueKind: JsonValueKind.String } url:
                    images.Add(Decode(url.GetString()!, where));
                    break;
                default:
                    throw new InputException($"{where}: found a part of type '{type}'; expected text or image_url");
            }
        }
        return (text.ToString(), images);
    }

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement member) ? member : null;

    private static byte[] Decode(string url, string where)
    {
        int comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || comma < 0
            || !url[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{where}: image_url must be a data URL ('data:image/png;base64,…'); this server fetches nothing");
        try
        {
            return Convert.FromBase64String(url[(comma + 1)..]);
        }
        catch (FormatException problem)
        {
            throw new InputException($"{where}: image_url is not valid base64", problem);
        }
    }
}
