using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>
/// An examination as JSON in snake case: <c>figures</c>, <c>items</c> and <c>control</c> with what was asked, and <c>sides</c> with every
/// reply and its marks. Equal examinations give equal bytes but for their seconds.
/// </summary>
public static class ExaminationJson
{
    /// <summary>The settings.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,      // files and columns of our own, never embedded in a page
        RespectNullableAnnotations = true,
    };

    /// <summary>The examination with its figures.</summary>
    public static string Write(ExaminationResult result) => ToNode(result).ToJsonString(Options);

    /// <summary>The same to be put into a larger document.</summary>
    public static JsonObject ToNode(ExaminationResult result)
    {
        JsonObject json = JsonSerializer.SerializeToNode(result, Options)!.AsObject();
        json.Insert(0, "figures", JsonSerializer.SerializeToNode(ExaminationFigures.Of(result), Options));
        return json;
    }

    /// <summary>The examination of <see cref="Write"/>; its figures are computed again by <see cref="ExaminationFigures"/>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static ExaminationResult Read(string json) =>
        JsonSerializer.Deserialize<ExaminationResult>(json, Options) ?? throw new JsonException("found null");
}
