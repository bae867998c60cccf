using Availsync.Bench;
using Availsync.Bench.HandOvers;

if (!BenchOptions.TryParse(args, out var options, out var problem))
{
    await Console.Error.WriteLineAsync(problem + Environment.NewLine + BenchOptions.Usage);
    return 2;
}

if (options.Mode == Mode.Handover)
{
    using var measurement = new Measurement(options, TimeProvider.System);
    return await measurement.RunAsync(Console.Out) ? 0 : 1;
}

using var load = new Load(options, TimeProvider.System);
var result = await load.RunAsync();
Console.WriteLine(options.Row is null ? Report.Text(options, result) : Report.Row(options, result));
return result.Finished > 0 || result.Answers.Count > 0 ? 0 : 1;
