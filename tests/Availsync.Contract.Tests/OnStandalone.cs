// The whole contract, against everything in one process.
namespace Availsync.Contract.Tests.OnStandalone;

public sealed class ActingAgentTests(TestTargets targets) : ActingAgentContract(targets.Standalone);

public sealed class AgentsTests(TestTargets targets) : AgentsContract(targets.Standalone);

public sealed class ClaimTests(TestTargets targets) : ClaimContract(targets.Standalone);

public sealed class ClaimRoutesTests(TestTargets targets) : ClaimRoutesContract(targets.Standalone);

public sealed class CollidingTests(TestTargets targets) : CollidingContract(targets.Standalone);

public sealed class DeclaringTests(TestTargets targets) : DeclaringContract(targets.Standalone);

public sealed class DocumentTests(TestTargets targets) : DocumentContract(targets.Standalone);

public sealed class ErrorsTests(TestTargets targets) : ErrorsContract(targets.Standalone);

public sealed class ExtendingTests(TestTargets targets) : ExtendingContract(targets.Standalone);

public sealed class FinishingTests(TestTargets targets) : FinishingContract(targets.Standalone);

public sealed class FuzzTests(TestTargets targets) : FuzzContract(targets.Standalone, 100_000);

public sealed class IdempotencyTests(TestTargets targets) : IdempotencyContract(targets.Standalone);

public sealed class KeysTests(TestTargets targets) : KeysContract(targets.Standalone);

public sealed class ObservingTests(TestTargets targets) : ObservingContract(targets.Standalone);

public sealed class PaginationTests(TestTargets targets) : PaginationContract(targets.Standalone);

public sealed class RacesTests(TestTargets targets) : RacesContract(targets.Standalone);

public sealed class RequestIdTests(TestTargets targets) : RequestIdContract(targets.Standalone);

public sealed class ResourcesTests(TestTargets targets) : ResourcesContract(targets.Standalone);

public sealed class SessionsTests(TestTargets targets) : SessionsContract(targets.Standalone);

public sealed class StartingTests(TestTargets targets) : StartingContract(targets.Standalone);

public sealed class TimesAndIdsTests(TestTargets targets) : TimesAndIdsContract(targets.Standalone);

public sealed class WorkspacesTests(TestTargets targets) : WorkspacesContract(targets.Standalone);
