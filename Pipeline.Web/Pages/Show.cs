using System.Globalization;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs;
using Pipeline.Web.Pages.Languages;

namespace Pipeline.Web.Pages;

/// <summary>How pages write numbers, sizes and durations.</summary>
internal static class Show
{
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => Text($"{bytes / 1024.0:0} KB"),
        < 1 << 30 => Text($"{bytes / 1048576.0:0.0} MB"),
        _ => Text($"{bytes / 1073741824.0:0.0} GB"),
    };

    public static string Duration(double seconds) => seconds switch
    {
        < 10 => Text($"{seconds:0.0} s"),
        < 60 => Text($"{seconds:0} s"),
        < 3600 => Text($"{Math.Floor(seconds / 60):0} min {seconds % 60:00} s"),
        _ => Text($"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min"),
    };

    /// <summary>Items done out of all; for a stage with a single item, the progress of that item.</summary>
    public static string Progress(StageCounts stage) => stage is { ProgressDone: { } done, ProgressTotal: { } total }
        ? Text($"{done:N0} / {total:N0}")
        : Text($"{stage.Done} / {stage.Total}");

    public static string Count(long number) => Text($"{number:N0}");

    /// <summary>As much of a hash as tells versions apart by eye.</summary>
    public static string Short(string hash) => hash.Length > 10 ? hash[..10] : hash;

    public static string Tenths(double number) => Text($"{number:0.0}");

    public static string Loss(double loss) => double.IsFinite(loss) ? Text($"{loss:0.00#}") : "–";

    public static string Decision(PromotionEntry entry) => entry.Decision switch
    {
        PromotionKind.Promoted => "promoted",
        PromotionKind.RolledBack => "rolled back",
        _ => "not promoted",
    };

    /// <summary>For the <c>datetime</c> attribute; scripts turn the text into local time.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Lower<T>(T state)
        where T : struct, Enum => state.ToString().ToLowerInvariant();

    private static string Text(FormattableString text) => text.ToString(PageLanguage.Numbers);
}
