using Pipeline.Web.Commands;
using Pipeline.Web.Commands.Documents;

// Every child process of an extraction starts here: it does not wait until all commands are made.
return args is [ParseWorkerCommand.Name] ? ParseWorkerCommand.Run() : await CommandLine.RunAsync(args, Console.Out, Console.Error);
