namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>
/// What an endpoint turned out not to understand. Servers differ in a few optional fields; one that refuses a field by name is asked
/// without it from then on.
/// </summary>
internal sealed class EndpointDialect
{
    /// <summary>The reply may be asked for as JSON (<c>response_format</c>).</summary>
    public bool JsonMode { get; private set; }

    /// <summary>The limit is called <c>max_completion_tokens</c> instead of the older <c>max_tokens</c>, which most servers know.</summary>
    public bool NewLimitName { get; private set; }

    /// <summary>Temperature and top-p may be given.</summary>
    public bool Sampling { get; private set; } = true;

    /// <summary>A seed may be given.</summary>
    public bool Seed { get; private set; } = true;

    /// <param name="jsonMode">Whether the operator allows asking for JSON.</param>
    public EndpointDialect(bool jsonMode) => JsonMode = jsonMode;

    /// <summary>Learns from a refusal.</summary>
    /// <param name="message">Body of a reply with status 400 or 422.</param>
    /// <returns>Whether the same call is worth another try.</returns>
    public bool Learn(string message)
    {
        // The calls of one endpoint may learn at the same time; each flag changes once, in one direction.
        bool Names(string field) => message.Contains(field, StringComparison.OrdinalIgnoreCase);
        if (JsonMode && (Names("response_format") || Names("json_object")))
        {
            JsonMode = false;
            return true;
        }
        if (!NewLimitName && (Names("max_completion_tokens") || Names("max_tokens")))
        {
            NewLimitName = true;
            return true;
        }
        if (Sampling && (Names("temperature") || Names("top_p")))
        {
            Sampling = false;
            return true;
        }
        if (Seed && Names("seed"))
        {
            Seed = false;
            return true;
        }
        return false;
    }
}
