using Availsync.Standalone;
using Microsoft.Extensions.Options;

try
{
    using var directory = DataDirectory.Open(args);
    await StandaloneHost.Build(args).RunAsync();
    return 0;
}
catch (OptionsValidationException wrong)
{
    foreach (var failure in wrong.Failures) Console.Error.WriteLine(failure);
}
catch (DataDirectoryException unusable)
{
    Console.Error.WriteLine(unusable.Message);
}

return 1;
