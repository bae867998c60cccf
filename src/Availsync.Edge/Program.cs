using Availsync.Bus;
using Availsync.Edge;

var host = Host.CreateDefaultBuilder(args).ConfigureWebHostDefaults(web => web
    .ConfigureServices((context, services) => services
        .AddEdge(context.Configuration)
        .AddAvailsyncBus(context.Configuration))
    .Configure(app => app.UseEdge()));
await host.Build().RunAsync();
