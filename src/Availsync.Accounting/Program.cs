using Availsync.Accounting;
using Availsync.Bus;
using Availsync.Http;
using Availsync.Operations;

return await WrongSettings.RunAsync(Build, app => app.UseAccounting(), Console.Error);

WebApplication Build()
{
    var builder = WebApplication.CreateBuilder(args);
    builder.Configuration.AddSecretFiles();
    builder.Services.AddStructuredLogs(builder.Configuration)
        .AddOperations(builder.Configuration, "availsync-accounting");
    builder.Services.AddQuietLogs().AddAccounting(builder.Configuration);
    builder.Services.AddAvailsyncBus(builder.Configuration);
    return builder.Build();
}
