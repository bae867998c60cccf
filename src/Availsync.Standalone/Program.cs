using Availsync.Http;
using Availsync.Standalone;

return await WrongSettings.RunAsync(() => StandaloneHost.Build(args), Console.Error);
