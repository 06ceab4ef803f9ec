using Pipeline.Web.Serving;

namespace Pipeline.Web.Api.Chat;

/// <summary>A served model, as OpenAI's clients parse it; <c>root</c> and <c>parent</c> name an adapter's base model.</summary>
internal sealed record ModelCard(string Id, string Object, long Created, string OwnedBy, string Root, string? Parent,
    IReadOnlyList<string> Modalities)
{
    public static ModelCard Of(ServedModel model) => new(
        model.Id, "model", model.Created.ToUnixTimeSeconds(), "pipeline", model.Adapter?.BaseId ?? model.Id, model.Adapter?.BaseId,
        model.SeesImages ? ["text", "image"] : ["text"]);
}
