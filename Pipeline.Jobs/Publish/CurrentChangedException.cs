namespace Pipeline.Jobs.Publish;

/// <summary>Another adapter serves the name by now than the one that was compared with.</summary>
internal sealed class CurrentChangedException() : Exception("another adapter serves the name by now");
