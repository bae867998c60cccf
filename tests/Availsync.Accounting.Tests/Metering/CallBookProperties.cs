using CsCheck;

namespace Availsync.Accounting.Tests;

/// <summary>
/// Edges that spend what they were lent, with messages and answers that come twice, late or never, and edges that die.
/// A red run prints the seed; <c>CsCheck_Seed=… dotnet test tests/Availsync.Accounting.Tests</c> repeats it.
/// </summary>
public sealed class CallBookProperties
{
    private const int Runs = 10_000;
    private const int Edges = 3;

    private enum Deed
    {
        Spend, Report, LoseAnswer, LoseReport, RepeatOld, GiveBack, Die,
    }

    private static readonly Gen<Step[]> Histories = (
        from deed in Gen.Frequency(
            (8, Gen.Const(Deed.Spend)), (6, Gen.Const(Deed.Report)), (1, Gen.Const(Deed.LoseAnswer)),
            (1, Gen.Const(Deed.LoseReport)), (1, Gen.Const(Deed.RepeatOld)), (1, Gen.Const(Deed.GiveBack)),
            (1, Gen.Const(Deed.Die)))
        from edge in Gen.Int[0, Edges - 1]
        from amount in Gen.Int[1, 20]
        from max in Gen.OneOf(0, 1, 10, 50)
        select new Step(deed, edge, amount, max)).Array[1, 60];

    [Fact]
    public void All_edges_together_never_let_more_through_than_was_ever_allowed() => Histories.Sample(steps =>
    {
        var loans = new List<LoanRow>();
        var edges = Enumerable.Range(0, Edges).Select(_ => new Edge()).ToArray();
        var (spent, highest) = (0L, 0L);
        foreach (var step in steps)
        {
            highest = Math.Max(highest, step.Max);
            var edge = edges[step.Edge];
            if (step.Deed == Deed.Spend)
            {
                var calls = Math.Min(step.Amount, edge.Allowed - edge.Used);
                edge.Used += calls;
                spent += calls;
            }
            else if (step.Deed == Deed.Die)
            {
                edges[step.Edge] = new Edge();
            }
            else
            {
                Exchange(loans, edge, step);
            }

            Assert.True(spent <= highest, $"{spent} calls of {highest} have been let through.");
            Assert.True(loans.Sum(loan => loan.Used) <= spent);
            Assert.All(loans, loan => Assert.True(loan.Used <= loan.Allowed));
        }

        // Once everybody has told all, it is all counted: the dead are taken to have used what they were lent.
        foreach (var edge in edges) Exchange(loans, edge, new Step(Deed.GiveBack, 0, 0, 0));
        var counted = new CallBook(loans, max: null).UsedAt(Facts.Morning + 2 * CallBook.SilenceMax);
        Assert.True(counted >= spent && counted <= highest, $"{counted} are counted of {spent}.");
    }, iter: Runs);

    private static void Exchange(List<LoanRow> loans, Edge edge, Step step)
    {
        var loan = loans.SingleOrDefault(row => row.EdgeId == edge.Id);
        if (loan is null)
        {
            loan = new LoanRow { OrgId = default, Period = "2026-05", EdgeId = edge.Id };
            loans.Add(loan);
        }

        var book = new CallBook(loans, step.Max);
        if (step.Deed == Deed.RepeatOld)
        {
            // What was sent before comes again, or for the first time, and its answer goes nowhere.
            if (edge.Sent.Count == 0) return;
            var old = edge.Sent[Math.Max(0, edge.Sent.Count - step.Amount)];
            book.Report(loan, old.Sequence, old.Used, old.Wanted, Facts.Morning);
            return;
        }

        var message = new Message(edge.Sent.Count + 1, edge.Used, step.Deed == Deed.GiveBack ? 0 : step.Amount);
        edge.Sent.Add(message);
        // An edge does not spend any more what it is about to give back.
        edge.Allowed = Math.Min(edge.Allowed, edge.Used + message.Wanted);
        if (step.Deed == Deed.LoseReport) return;
        book.Report(loan, message.Sequence, message.Used, message.Wanted, Facts.Morning);
        book.Report(loan, message.Sequence, message.Used, message.Wanted, Facts.Morning);
        if (step.Deed != Deed.LoseAnswer) edge.Allowed = loan.Allowed;
    }

    private sealed record Message(long Sequence, long Used, long Wanted);

    /// <param name="Max">How many calls the plan allows by then.</param>
    private sealed record Step(Deed Deed, int Edge, int Amount, int Max);

    private sealed class Edge
    {
        private static long _last;

        public Guid Id { get; } = new((int)Interlocked.Increment(ref _last), 0, 0, new byte[8]);

        public List<Message> Sent { get; } = [];

        public long Used { get; set; }

        public long Allowed { get; set; }
    }
}
