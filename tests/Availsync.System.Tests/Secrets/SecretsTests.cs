using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Secrets;

/// <summary>What is secret is nowhere afterwards: in no file, in no table, in no log, in no form.</summary>
public abstract class SecretsTests(Target target) : TargetTests(target)
{
    [Fact]
    public async Task No_secret_is_left_behind_by_calls_good_and_bad()
    {
        var trail = new SecretTrail(Target);
        await trail.LeaveAsync();
        await WithoutPartsAsync(trail.CallInVainAsync);

        // What is recorded arrives a little later, and might bring something along.
        var last = await trail.LastCallsAsync();
        await Target.UntilAsync("told of the last calls", TimeSpan.FromSeconds(10), async () =>
            last.All((await Target.Accounts.RequestsAsync(trail.OrgId)).Contains));

        Assert.Empty(await FoundAsync(trail.Secrets));
        Assert.NotEmpty(await FoundAsync([("the name", trail.KnownName)]));
        Assert.NotEmpty(await FoundAsync([("the call", trail.KnownRequest)]));
    }

    /// <summary>The same search sees what is known to be in each kind of place.</summary>
    [Fact]
    public async Task Every_kind_of_place_is_searched()
    {
        foreach (var (kind, text) in Known)
        {
            var found = await FoundAsync([("it", text)], kind);
            Assert.True(found.Count > 0, $"'{text}' is not in {kind}.");
        }
    }

    /// <summary>A text of each kind of place that is surely there.</summary>
    private protected abstract IReadOnlyList<(KeptIn Kind, string Text)> Known { get; }

    /// <summary>Does it while a part is missing, where parts can be missing one by one.</summary>
    private protected virtual Task WithoutPartsAsync(Func<Task> call) => call();

    private async Task<IReadOnlyCollection<string>> FoundAsync(
        IEnumerable<(string What, string Text)> texts, KeptIn? kind = null)
    {
        var search = new SecretSearch(texts);
        await foreach (var kept in Target.KeptAsync())
        {
            using (kept)
            {
                if (kind is null || kept.Kind == kind) await search.ReadAsync(kept.Place, kept.Content);
            }
        }

        return search.Findings;
    }
}

[Collection(StandaloneCollection.Name)]
public sealed class StandaloneSecretsTests(StandaloneTarget target) : SecretsTests(target)
{
    private protected override IReadOnlyList<(KeptIn Kind, string Text)> Known =>
        [(KeptIn.Logs, "First start"), (KeptIn.Files, "owner@localhost")];
}

[Collection(PairCollection.Name)]
public sealed class PairSecretsTests(PairTarget target) : SecretsTests(target)
{
    private protected override IReadOnlyList<(KeptIn Kind, string Text)> Known =>
    [
        (KeptIn.Logs, "First start"),
        (KeptIn.Files, "owner@localhost"),
        (KeptIn.Files, "Availsync.Contracts:ClaimEvents"),
        (KeptIn.Tables, "owner@localhost"),
    ];

    private protected override async Task WithoutPartsAsync(Func<Task> call)
    {
        foreach (var part in new[] { "accounting", "postgres" })
        {
            await target.StackAsync("kill", part);
            try
            {
                await call();
            }
            finally
            {
                await target.StackAsync("start", part);
            }

            await Target.UntilAsync("served again", TimeSpan.FromSeconds(20), async () =>
                await target.ReadyAsync() && (await target.Work.TryStartAsync(NewRoot("secret"), 5))?.Status == 200);
        }
    }
}
