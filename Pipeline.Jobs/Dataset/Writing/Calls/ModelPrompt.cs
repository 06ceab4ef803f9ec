using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>What a model is asked.</summary>
/// <param name="Purpose">What for, with the version of the prompt: <c>facts/1</c>.</param>
/// <param name="System">Message of the system.</param>
/// <param name="User">Message of the user.</param>
/// <param name="Json">Whether the reply should be JSON.</param>
/// <param name="MaxTokens">Longest reply.</param>
internal sealed record ModelPrompt(string Purpose, string System, string User, bool Json, int MaxTokens)
{
    /// <summary>The prompt with text that any store and tokenizer can take.</summary>
    public ModelPrompt Clean() => this with { System = CleanText.Of(System), User = CleanText.Of(User) };

    /// <summary>Name of the call in the cache: equal for equal questions to one model, whatever its address or key.</summary>
    public string KeyFor(ModelWriter writer) => RowHash.Of("call", writer.Model, Purpose, System, User, Json ? "json" : "text",
        MaxTokens.ToString(CultureInfo.InvariantCulture), Text(writer.Temperature), Text(writer.TopP), Text(writer.Seed));

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";
}
