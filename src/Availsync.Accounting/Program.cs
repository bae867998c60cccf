using Availsync.Accounting;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAccounting(builder.Configuration);
await using var app = builder.Build();
app.UseAccounting();
await app.RunAsync();
