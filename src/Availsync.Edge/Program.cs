using Availsync.Bus;
using Availsync.Edge;
using Availsync.Http;
using Availsync.Operations;

return await WrongSettings.RunAsync(Build, Console.Error);

IHost Build() => Host.CreateDefaultBuilder(args)
    .ConfigureAppConfiguration(configuration => configuration.AddSecretFiles())
    .ConfigureWebHostDefaults(web => web
        .ConfigureServices((context, services) => services
            .AddQuietLogs()
            .AddStructuredLogs(context.Configuration)
            .AddOperations(context.Configuration, "availsync-edge")
            .AddEdge(context.Configuration)
            .AddAvailsyncBus(context.Configuration))
        .Configure(app => app.UseEdge()))
    .Build();
