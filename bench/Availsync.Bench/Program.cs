using Availsync.Bench;

if (!BenchOptions.TryParse(args, out var options, out var problem))
{
    await Console.Error.WriteLineAsync(problem + Environment.NewLine + BenchOptions.Usage);
    return 2;
}

using var load = new Load(options, TimeProvider.System);
var result = await load.RunAsync();
Console.WriteLine(options.Row is null ? Report.Text(options, result) : Report.Row(options, result));
return result.Finished > 0 || result.Answers.Count > 0 ? 0 : 1;
