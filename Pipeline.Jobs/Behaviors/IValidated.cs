using Pipeline.Models;

namespace Pipeline.Jobs.Behaviors;

/// <summary>A request that can say what is wrong with it before any work is done.</summary>
public interface IValidated
{
    /// <summary>Everything that is wrong, each with the field, what was found and what is expected; empty when nothing is.</summary>
    IEnumerable<SettingFault> Problems();
}
