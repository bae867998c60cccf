using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Availsync.Decisions;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// The idempotency keys of one batch. Each key is first claimed by inserting its row: where another transaction (of
/// whichever partition or process) is at the same key, the database makes us wait for its answer, so a repeat can never
/// be decided beside its first.
/// </summary>
internal sealed class RecordedAnswers
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    private readonly ArbiterDbContext _context;
    private readonly Dictionary<string, RecordedAnswer?> _known;
    private readonly HashSet<string> _ours;

    private RecordedAnswers(ArbiterDbContext context, Dictionary<string, RecordedAnswer?> known, HashSet<string> ours)
    {
        _context = context;
        _known = known;
        _ours = ours;
    }

    /// <summary>The claims that the recorded answers speak of.</summary>
    public IEnumerable<ClaimId> NamedClaims =>
        _known.Values.OfType<RecordedAnswer>().Select(r => Repeats.NamedClaim(r.Outcome)).OfType<ClaimId>();

    /// <summary>The holds that the recorded answers speak of.</summary>
    public IEnumerable<HoldId> NamedHolds =>
        _known.Values.OfType<RecordedAnswer>().Select(r => Repeats.NamedHold(r.Outcome)).OfType<HoldId>();

    public static async Task<RecordedAnswers> ClaimAsync(
        ArbiterDbContext context, IEnumerable<PendingCommand> commands, DateTimeOffset now)
    {
        var wanted = new SortedDictionary<string, string>(StringComparer.Ordinal); // Sorted: no two batches deadlock.
        foreach (var stamp in commands.Select(c => c.Envelope.Idempotency).OfType<IdempotencyStamp>())
            wanted.TryAdd(Scope(stamp), stamp.BodyHash);
        if (wanted.Count == 0) return new RecordedAnswers(context, [], []);

        var ours = await InsertAsync(context, wanted, now);
        var theirs = wanted.Keys.Except(ours).ToList();
        var rows = theirs.Count == 0
            ? []
            : await context.Answers.AsNoTracking().Where(a => theirs.Contains(a.Scope)).ToListAsync();
        return new RecordedAnswers(context, rows.ToDictionary(r => r.Scope, Read), ours);
    }

    public Reply.Answered? Find(PendingCommand command)
    {
        if (command.Envelope.Idempotency is not { } stamp) return null;
        return Repeats.Find(_known.GetValueOrDefault(Scope(stamp)), stamp, command.Envelope.RequestId);
    }

    public void Record(PendingCommand command, Outcome outcome)
    {
        if (command.Envelope.Idempotency is not { } stamp || !Repeats.IsKept(outcome)) return;
        _known[Scope(stamp)] = new RecordedAnswer(stamp.BodyHash, outcome, command.Envelope.RequestId);
    }

    /// <summary>Fills in the answers of this batch; a key whose answer is not kept is given back.</summary>
    public async Task WriteAsync()
    {
        var unkept = _ours.Where(scope => !_known.ContainsKey(scope)).ToList();
        if (unkept.Count > 0) await _context.Answers.Where(a => unkept.Contains(a.Scope)).ExecuteDeleteAsync();
        foreach (var scope in _ours.Where(_known.ContainsKey))
        {
            var answer = _known[scope]!;
            var row = new AnswerRow { Scope = scope, BodyHash = answer.BodyHash, CreatedAt = 0 };
            var entry = _context.Attach(row);
            row.Outcome = JsonSerializer.Serialize(answer.Outcome);
            row.RequestId = answer.RequestId;
            entry.Property(a => a.BodyHash).IsModified = true;
            entry.Property(a => a.Outcome).IsModified = true;
            entry.Property(a => a.RequestId).IsModified = true;
        }
    }

    /// <summary>
    /// Inserts the keys that are new, or whose answer is past its day; returns those. The statement is the same on both
    /// engines.
    /// </summary>
    private static async Task<HashSet<string>> InsertAsync(
        ArbiterDbContext context, SortedDictionary<string, string> wanted, DateTimeOffset now)
    {
        var table = context.Model.FindEntityType(typeof(AnswerRow))!.GetSchemaQualifiedTableName();
        var sql = new StringBuilder($"INSERT INTO {table} AS a (scope, body_hash, created_at) VALUES ");
        var arguments = new List<object>(wanted.Count * 2 + 2)
        {
            now.ToUnixTimeMilliseconds(),
            (now - Retention).ToUnixTimeMilliseconds(),
        };
        foreach (var (scope, hash) in wanted)
        {
            sql.Append(arguments.Count == 2 ? "" : ", ");
            sql.Append(
                CultureInfo.InvariantCulture, $"({{{arguments.Count}}}, {{{arguments.Count + 1}}}, {{0}})");
            arguments.Add(scope);
            arguments.Add(hash);
        }

        sql.Append(" ON CONFLICT (scope) DO UPDATE SET body_hash = excluded.body_hash,");
        sql.Append(" created_at = excluded.created_at, outcome = NULL, request_id = NULL");
        sql.Append(" WHERE a.created_at < {1} RETURNING scope AS \"Value\"");
        var scopes = await context.Database.SqlQueryRaw<string>(sql.ToString(), [.. arguments]).ToListAsync();
        return [.. scopes];
    }

    private static RecordedAnswer? Read(AnswerRow row) => row.Outcome is null
        ? throw new BrokenInvariantException("An idempotency key was committed without its answer.")
        : new RecordedAnswer(row.BodyHash, JsonSerializer.Deserialize<Outcome>(row.Outcome)!, row.RequestId);

    private static string Scope(IdempotencyStamp stamp) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{stamp.OrgId:N}\n{stamp.PrincipalId:N}\n{stamp.Route}\n{stamp.Key.Value}")));
}
