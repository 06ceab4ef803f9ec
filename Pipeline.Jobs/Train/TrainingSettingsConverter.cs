using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Jobs.Train;

/// <summary>Training settings as they were given: an object of keys and values.</summary>
internal sealed class TrainingSettingsConverter : JsonConverter<TrainingSettings>
{
    public override TrainingSettings Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader)!);

    public override void Write(Utf8JsonWriter writer, TrainingSettings value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Given);
}
