namespace Pipeline.Web.Api.Chat;

/// <param name="IncludeUsage">Whether one more chunk at the end carries the token counts.</param>
internal sealed record ChatStreamOptions(bool? IncludeUsage);
