using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

/// <summary>Stages are stored by name.</summary>
internal sealed class StageConverter() : ValueConverter<Stage, string>(stage => stage.Name, name => new Stage(name));
