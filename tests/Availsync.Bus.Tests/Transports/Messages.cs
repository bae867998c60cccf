namespace Availsync.Bus.Tests.Transports;

/// <summary>Tests of one broker run side by side, so every message names the test that it belongs to.</summary>
public sealed record Ask(string Test, int Number);

public sealed record Answer(int Number, string By);

public sealed record Happened(string Test, int Number);
