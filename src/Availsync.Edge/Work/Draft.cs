using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>
/// A command but for who asks. It is only made into one where the fields that it was read from have no mistake.
/// </summary>
internal delegate Command Draft(Actor actor);

/// <summary>Reads a body into a draft, and notes in the fields all that is wrong with it.</summary>
internal delegate Draft ReadDraft(Fields fields, DateTimeOffset now);
