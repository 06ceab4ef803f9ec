using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Architecture;

public sealed class SourceRulesTests
{
    [Theory]
    [InlineData("Pipeline.Models")]
    [InlineData("Pipeline.Data")]
    [InlineData("Pipeline.Jobs")]
    [InlineData("Pipeline.Web")]
    public void Ids_of_log_events_are_unique_in_a_project(string project)
    {
        (int Id, string Message)[] events =
        [
            .. from type in Assembly.Load(project).GetTypes()
               from method in type.GetMethods(
                   BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
               let message = method.GetCustomAttribute<LoggerMessageAttribute>()
               where message is not null
               select (message.EventId, $"{type.Name}.{method.Name}"),
        ];
        events.GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Message))}")
            .ShouldBeEmpty();
    }
}
