using Availsync.Arbiter;
using Availsync.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddArbiter(builder.Configuration).AddAvailsyncBus(builder.Configuration);
var app = builder.Build();
app.UseArbiter();
await app.RunAsync();
