using Availsync.Accounting;
using Availsync.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAccounting(builder.Configuration);
builder.Services.AddAvailsyncBus(builder.Configuration);
await using var app = builder.Build();
app.UseAccounting();
await app.RunAsync();
