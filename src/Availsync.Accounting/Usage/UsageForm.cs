using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>What an agent reports that a model has cost.</summary>
internal sealed record UsageForm(
    Guid? ClaimId,
    string? ExternalRunId,
    string? Provider,
    string? Model,
    long? InputTokens,
    long? OutputTokens,
    long? TotalTokens,
    long? CostMicroUsd,
    string Metadata)
{
    private const int RunIdMax = 200;
    private const int ProviderMax = 100;
    private const int ModelMax = 200;
    private const long TokensMax = 1_000_000_000_000;
    private const int CostMax = 1_000_000;
    private const int MicrosInUnit = 1_000_000;
    private const int MetadataBytesMax = 4096;

    private static readonly string[] Telling =
    [
        "claim_id", "external_run_id", "provider", "model", "input_tokens", "output_tokens", "total_tokens", "cost_usd",
    ];

    /// <summary>All tokens: what was reported as the total, else the sum of both kinds.</summary>
    public long Tokens => TotalTokens ?? (InputTokens ?? 0) + (OutputTokens ?? 0);

    public static UsageForm Read(Fields fields)
    {
        if (!Telling.Any(fields.Has)) fields.Wrong("total_tokens", "Is required, or any other field but metadata.");
        return new UsageForm(
            fields.Id("claim_id"),
            fields.Text("external_run_id", RunIdMax, min: 1),
            fields.Text("provider", ProviderMax, min: 1),
            fields.Text("model", ModelMax, min: 1),
            fields.WholeLong("input_tokens", 0, TokensMax),
            fields.WholeLong("output_tokens", 0, TokensMax),
            fields.WholeLong("total_tokens", 0, TokensMax),
            Micros(fields.Number("cost_usd", 0, CostMax)),
            fields.Object("metadata", MetadataBytesMax) ?? "{}");
    }

    public UsageRow ToRow(Guid orgId, Guid agentId, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OrgId = orgId,
        AgentId = agentId,
        At = now,
        ClaimId = ClaimId,
        ExternalRunId = ExternalRunId,
        Provider = Provider,
        Model = Model,
        InputTokens = InputTokens,
        OutputTokens = OutputTokens,
        TotalTokens = TotalTokens,
        CostMicroUsd = CostMicroUsd,
        Metadata = Metadata,
    };

    private static long? Micros(decimal? cost) =>
        cost is { } usd ? (long)decimal.Round(usd * MicrosInUnit, MidpointRounding.AwayFromZero) : null;
}
