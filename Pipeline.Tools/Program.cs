using Pipeline.Tools.Commands;
using Pipeline.Web.Commands;

return await CommandLine.RunAsync(ToolsCommandLine.CreateRoot(), args, Console.Out, Console.Error);
