using Availsync.Arbiter;
using Availsync.Arbiter.Partitions;
using Availsync.Bus;
using Availsync.Http;
using Availsync.Operations;

if (PartitionsCommand.IsMeant(args)) return await PartitionsCommand.RunAsync(args, Console.Out, Console.Error);
return await WrongSettings.RunAsync(Build, app => app.UseArbiter(), Console.Error);

WebApplication Build()
{
    var builder = WebApplication.CreateBuilder(args);
    builder.Configuration.AddSecretFiles();
    builder.Services.AddStructuredLogs(builder.Configuration)
        .AddOperations(builder.Configuration, "availsync-arbiter");
    builder.Services.AddQuietLogs().AddArbiter(builder.Configuration).AddAvailsyncBus(builder.Configuration);
    return builder.Build();
}
