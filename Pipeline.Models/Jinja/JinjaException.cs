namespace Pipeline.Models.Jinja;

/// <summary>A template that cannot be read, or that fails on what it is given.</summary>
internal class JinjaException(string message, Exception? inner = null) : Exception(message, inner);
