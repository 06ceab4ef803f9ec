namespace Pipeline.Web.Api.Chat;

/// <summary>The list of served models.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelCard> Data);
