using System.Collections;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Reads the rows of a Parquet file as JSON objects.</summary>
internal static class ParquetRows
{
    /// <exception cref="InputException">It is not Parquet, or damaged, or uses an encoding that is not read.</exception>
    public static async Task<IReadOnlyList<JsonElement>> ReadAsync(string file, CancellationToken ct)
    {
        try
        {
            await using FileStream stream = File.OpenRead(file);
            DeserializationResult<Dictionary<string, object>> rows =
                await ParquetSerializer.DeserializeUntypedAsync(stream, cancellationToken: ct);
            return [.. rows.Data.Select(row => JsonSerializer.SerializeToElement(Plain(row)))];
        }
        catch (Exception e) when (e is ParquetException or InvalidDataException or IOException or NotSupportedException
            or InvalidOperationException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw new InputException($"{file}: cannot be read as Parquet: {e.Message}", e);
        }
    }

    private static object? Plain(object? value) => value switch
    {
        null => null,
        string or bool or int or long or short or sbyte or byte or uint or ulong or ushort or decimal => value,
        float single => float.IsFinite(single) ? single : null,
        double number => double.IsFinite(number) ? number : null,
        byte[] => null,                                         // pictures inside the file: their path stands beside them
        IDictionary map => map.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => Plain(map[key])),
        IEnumerable list => list.Cast<object?>().Select(Plain).ToArray(),
        IFormattable other => other.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
