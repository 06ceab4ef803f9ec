using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Train;

/// <summary>What trains the adapter.</summary>
public sealed record TrainOptions
{
    /// <summary>Name of the training that is part of this product.</summary>
    public const string Builtin = "builtin";

    /// <summary>
    /// <c>builtin</c>, <c>llamafactory</c>, or the name of another engine of the server's configuration (section <c>Engines</c>). A run
    /// names an engine; only the operator decides what is executed for that name.
    /// </summary>
    [Required, StringLength(64)] public string Engine { get; init; } = Builtin;
}
