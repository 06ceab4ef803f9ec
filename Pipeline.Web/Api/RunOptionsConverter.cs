using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Jobs;

namespace Pipeline.Web.Api;

/// <summary>
/// Run options as they are stored and accepted, so that what the API returns can be sent back to it. What cannot be read is reported later,
/// with everything else that is wrong with a request.
/// </summary>
internal sealed class RunOptionsConverter : JsonConverter<RunOptions>
{
    public override RunOptions? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunOptionsReader.Read(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, RunOptions value, JsonSerializerOptions options) =>
        writer.WriteRawValue(RunOptionsJson.Write(value));
}
