namespace Pipeline.Jobs.Dataset.Files;

/// <summary>The pictures of a row: <see cref="Rows.Row.Image"/> holds one path a line.</summary>
internal static class RowImages
{
    public const string Place = "<image>";

    public static string Join(IEnumerable<string> images) => string.Join('\n', images);

    public static string[] Of(Rows.Row row) => row.Image is { Length: > 0 } images ? images.Split('\n') : [];
}
