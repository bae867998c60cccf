// The whole contract, against three services over real RabbitMQ and real PostgreSQL.
namespace Availsync.Contract.Tests.OnStack;

public sealed class ActingAgentTests(TestTargets targets) : ActingAgentContract(targets.Stack);

public sealed class ActivityTests(TestTargets targets) : ActivityContract(targets.Stack);

public sealed class AgentsTests(TestTargets targets) : AgentsContract(targets.Stack);

public sealed class AuditTests(TestTargets targets) : AuditContract(targets.Stack);

public sealed class CallsTests(TestTargets targets) : CallsContract(targets.Stack);

public sealed class ClaimTests(TestTargets targets) : ClaimContract(targets.Stack);

public sealed class ClaimRoutesTests(TestTargets targets) : ClaimRoutesContract(targets.Stack);

public sealed class CollidingTests(TestTargets targets) : CollidingContract(targets.Stack);

public sealed class ConnectionTestTests(TestTargets targets) : ConnectionTestContract(targets.Stack);

public sealed class DeclaringTests(TestTargets targets) : DeclaringContract(targets.Stack);

public sealed class DocumentTests(TestTargets targets) : DocumentContract(targets.Stack);

public sealed class ErrorsTests(TestTargets targets) : ErrorsContract(targets.Stack);

[Collection(Alone.Name)]
public sealed class EventsTests(TestTargets targets) : EventsContract(targets.Stack);

[Collection(Alone.Name)]
public sealed class EventRunTests(TestTargets targets) : EventRunContract(targets.Stack);

public sealed class ExtendingTests(TestTargets targets) : ExtendingContract(targets.Stack);

public sealed class FinishingTests(TestTargets targets) : FinishingContract(targets.Stack);

[Collection(Alone.Name)]
public sealed class FuzzTests(TestTargets targets) : FuzzContract(targets.Stack, 10_000);

public sealed class HeartbeatTests(TestTargets targets) : HeartbeatContract(targets.Stack);

public sealed class HoldsTests(TestTargets targets) : HoldsContract(targets.Stack);

public sealed class IdempotencyTests(TestTargets targets) : IdempotencyContract(targets.Stack);

public sealed class IdentityHeaderTests(TestTargets targets) : IdentityHeaderContract(targets.Stack);

public sealed class KeysTests(TestTargets targets) : KeysContract(targets.Stack);

public sealed class LimitsTests(TestTargets targets) : LimitsContract(targets.Stack);

public sealed class ObservingTests(TestTargets targets) : ObservingContract(targets.Stack);

public sealed class PaginationTests(TestTargets targets) : PaginationContract(targets.Stack);

public sealed class PlansTests(TestTargets targets) : PlansContract(targets.Stack);

[Collection(Alone.Name)]
public sealed class RacesTests(TestTargets targets) : RacesContract(targets.Stack);

public sealed class RecordPagesTests(TestTargets targets) : RecordPagesContract(targets.Stack);

public sealed class RequestIdTests(TestTargets targets) : RequestIdContract(targets.Stack);

public sealed class PreemptionTests(TestTargets targets) : PreemptionContract(targets.Stack);

public sealed class ResourcesTests(TestTargets targets) : ResourcesContract(targets.Stack);

public sealed class RolesTests(TestTargets targets) : RolesContract(targets.Stack);

public sealed class SessionsTests(TestTargets targets) : SessionsContract(targets.Stack);

public sealed class SetupTestTests(TestTargets targets) : SetupTestContract(targets.Stack);

public sealed class SlowListenerTests(TestTargets targets) : SlowListenerContract(targets.Stack);

public sealed class StartingTests(TestTargets targets) : StartingContract(targets.Stack);

public sealed class TimesAndIdsTests(TestTargets targets) : TimesAndIdsContract(targets.Stack);

public sealed class UsageTests(TestTargets targets) : UsageContract(targets.Stack);

public sealed class ValueHealthTests(TestTargets targets) : ValueHealthContract(targets.Stack);

[Collection(Alone.Name)]
public sealed class WaitingTests(TestTargets targets) : WaitingContract(targets.Stack);

public sealed class WallsTests(TestTargets targets) : WallsContract(targets.Stack);

public sealed class WorkspacesTests(TestTargets targets) : WorkspacesContract(targets.Stack);

public sealed class OperationsTests(TestTargets targets) : OperationsContract(targets.Stack)
{
    protected override (string Edge, string Arbiter, string Accounting) Services =>
        ("availsync-edge", "availsync-arbiter", "availsync-accounting");
}
