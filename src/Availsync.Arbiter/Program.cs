using Availsync.Arbiter;
using Availsync.Arbiter.Partitions;
using Availsync.Bus;
using Availsync.Http;

if (PartitionsCommand.IsMeant(args)) return await PartitionsCommand.RunAsync(args, Console.Out, Console.Error);
return await WrongSettings.RunAsync(Build, Console.Error);

IHost Build()
{
    var builder = WebApplication.CreateBuilder(args);
    builder.Services.AddQuietLogs().AddArbiter(builder.Configuration).AddAvailsyncBus(builder.Configuration);
    var app = builder.Build();
    app.UseArbiter();
    return app;
}
