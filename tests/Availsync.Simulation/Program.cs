using Availsync.Simulation.Runs;

// Without `simulate` it is the test program that the test runner expects.
return args is ["simulate", .. var rest]
    ? Simulate.Run(rest, Console.Out)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
