// The whole contract, against everything in one process.
namespace Availsync.Contract.Tests.OnStandalone;

public sealed class ActingAgentTests(TestTargets targets) : ActingAgentContract(targets.Standalone);

public sealed class ActivityTests(TestTargets targets) : ActivityContract(targets.Standalone);

public sealed class AgentsTests(TestTargets targets) : AgentsContract(targets.Standalone);

public sealed class AuditTests(TestTargets targets) : AuditContract(targets.Standalone);

public sealed class CallsTests(TestTargets targets) : CallsContract(targets.Standalone);

public sealed class ClaimTests(TestTargets targets) : ClaimContract(targets.Standalone);

public sealed class ClaimRoutesTests(TestTargets targets) : ClaimRoutesContract(targets.Standalone);

public sealed class CollidingTests(TestTargets targets) : CollidingContract(targets.Standalone);

public sealed class ConnectionTestTests(TestTargets targets) : ConnectionTestContract(targets.Standalone);

public sealed class DeclaringTests(TestTargets targets) : DeclaringContract(targets.Standalone);

public sealed class DocumentTests(TestTargets targets) : DocumentContract(targets.Standalone);

public sealed class ErrorsTests(TestTargets targets) : ErrorsContract(targets.Standalone);

[Collection(Alone.Name)]
public sealed class EventsTests(TestTargets targets) : EventsContract(targets.Standalone);

[Collection(Alone.Name)]
public sealed class EventRunTests(TestTargets targets) : EventRunContract(targets.Standalone);

public sealed class ExtendingTests(TestTargets targets) : ExtendingContract(targets.Standalone);

public sealed class FinishingTests(TestTargets targets) : FinishingContract(targets.Standalone);

[Collection(Alone.Name)]
public sealed class FuzzTests(TestTargets targets) : FuzzContract(targets.Standalone, 100_000);

public sealed class HeartbeatTests(TestTargets targets) : HeartbeatContract(targets.Standalone);

public sealed class HoldsTests(TestTargets targets) : HoldsContract(targets.Standalone);

public sealed class IdempotencyTests(TestTargets targets) : IdempotencyContract(targets.Standalone);

public sealed class IdentityHeaderTests(TestTargets targets) : IdentityHeaderContract(targets.Standalone);

public sealed class KeysTests(TestTargets targets) : KeysContract(targets.Standalone);

public sealed class LimitsTests(TestTargets targets) : LimitsContract(targets.Standalone);

public sealed class ObservingTests(TestTargets targets) : ObservingContract(targets.Standalone);

public sealed class PaginationTests(TestTargets targets) : PaginationContract(targets.Standalone);

public sealed class PlansTests(TestTargets targets) : PlansContract(targets.Standalone);

[Collection(Alone.Name)]
public sealed class RacesTests(TestTargets targets) : RacesContract(targets.Standalone);

public sealed class RecordPagesTests(TestTargets targets) : RecordPagesContract(targets.Standalone);

public sealed class RequestIdTests(TestTargets targets) : RequestIdContract(targets.Standalone);

public sealed class PreemptionTests(TestTargets targets) : PreemptionContract(targets.Standalone);

public sealed class ResourcesTests(TestTargets targets) : ResourcesContract(targets.Standalone);

public sealed class RolesTests(TestTargets targets) : RolesContract(targets.Standalone);

public sealed class SessionsTests(TestTargets targets) : SessionsContract(targets.Standalone);

public sealed class SetupTestTests(TestTargets targets) : SetupTestContract(targets.Standalone);

public sealed class SlowListenerTests(TestTargets targets) : SlowListenerContract(targets.Standalone);

public sealed class StartingTests(TestTargets targets) : StartingContract(targets.Standalone);

public sealed class TimesAndIdsTests(TestTargets targets) : TimesAndIdsContract(targets.Standalone);

public sealed class UsageTests(TestTargets targets) : UsageContract(targets.Standalone);

public sealed class ValueHealthTests(TestTargets targets) : ValueHealthContract(targets.Standalone);

[Collection(Alone.Name)]
public sealed class WaitingTests(TestTargets targets) : WaitingContract(targets.Standalone);

public sealed class WallsTests(TestTargets targets) : WallsContract(targets.Standalone);

public sealed class WorkspacesTests(TestTargets targets) : WorkspacesContract(targets.Standalone);

public sealed class OperationsTests(TestTargets targets) : OperationsContract(targets.Standalone)
{
    protected override (string Edge, string Arbiter, string Accounting) Services =>
        ("availsync", "availsync", "availsync");
}
