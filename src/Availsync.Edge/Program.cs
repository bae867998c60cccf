using Availsync.Bus;
using Availsync.Edge;
using Availsync.Http;

return await WrongSettings.RunAsync(Build, Console.Error);

IHost Build() => Host.CreateDefaultBuilder(args)
    .ConfigureAppConfiguration(configuration => configuration.AddSecretFiles())
    .ConfigureWebHostDefaults(web => web
        .ConfigureServices((context, services) => services
            .AddQuietLogs()
            .AddEdge(context.Configuration)
            .AddAvailsyncBus(context.Configuration))
        .Configure(app => app.UseEdge()))
    .Build();
