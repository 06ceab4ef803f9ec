using Pipeline.Models;

namespace Pipeline.Jobs.Behaviors;

/// <summary>A request that can be checked before any work is done.</summary>
public interface IValidated
{
    /// <summary>All faults, each with the field, what was found and what is expected; empty when there is none.</summary>
    IEnumerable<SettingFault> Problems();
}
