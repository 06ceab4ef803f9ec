using Pipeline.Client;

return await ClientCommand.RunAsync(args, Console.In, Console.Out, Console.Error);
