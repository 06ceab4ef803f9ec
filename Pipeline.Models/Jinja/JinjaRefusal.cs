namespace Pipeline.Models.Jinja;

/// <summary>The template called <c>raise_exception</c>: its text is for the user.</summary>
internal sealed class JinjaRefusal(string message) : JinjaException(message);
