// The whole contract, against three services over real RabbitMQ and real PostgreSQL.
namespace Availsync.Contract.Tests.OnStack;

public sealed class ActingAgentTests(TestTargets targets) : ActingAgentContract(targets.Stack);

public sealed class AgentsTests(TestTargets targets) : AgentsContract(targets.Stack);

public sealed class ClaimTests(TestTargets targets) : ClaimContract(targets.Stack);

public sealed class ClaimRoutesTests(TestTargets targets) : ClaimRoutesContract(targets.Stack);

public sealed class CollidingTests(TestTargets targets) : CollidingContract(targets.Stack);

public sealed class DeclaringTests(TestTargets targets) : DeclaringContract(targets.Stack);

public sealed class DocumentTests(TestTargets targets) : DocumentContract(targets.Stack);

public sealed class ErrorsTests(TestTargets targets) : ErrorsContract(targets.Stack);

public sealed class ExtendingTests(TestTargets targets) : ExtendingContract(targets.Stack);

public sealed class FinishingTests(TestTargets targets) : FinishingContract(targets.Stack);

public sealed class FuzzTests(TestTargets targets) : FuzzContract(targets.Stack, 10_000);

public sealed class IdempotencyTests(TestTargets targets) : IdempotencyContract(targets.Stack);

public sealed class KeysTests(TestTargets targets) : KeysContract(targets.Stack);

public sealed class ObservingTests(TestTargets targets) : ObservingContract(targets.Stack);

public sealed class PaginationTests(TestTargets targets) : PaginationContract(targets.Stack);

public sealed class RacesTests(TestTargets targets) : RacesContract(targets.Stack);

public sealed class RequestIdTests(TestTargets targets) : RequestIdContract(targets.Stack);

public sealed class ResourcesTests(TestTargets targets) : ResourcesContract(targets.Stack);

public sealed class SessionsTests(TestTargets targets) : SessionsContract(targets.Stack);

public sealed class StartingTests(TestTargets targets) : StartingContract(targets.Stack);

public sealed class TimesAndIdsTests(TestTargets targets) : TimesAndIdsContract(targets.Stack);

public sealed class WorkspacesTests(TestTargets targets) : WorkspacesContract(targets.Stack);
