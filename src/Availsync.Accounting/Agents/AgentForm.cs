using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>What a request says about an agent; null where it says nothing.</summary>
internal sealed record AgentForm(
    string? Name,
    string? Description,
    bool ClearsDescription,
    int? DefaultPriority,
    ArbitrationMode? Mode,
    bool ClearsMode,
    bool? Disabled)
{
    public static AgentForm Read(Fields fields, bool isNew) => new(
        fields.Label("name", AgentRow.NameLengthMax, required: isNew),
        fields.Text("description", AgentRow.DescriptionLengthMax),
        fields.IsNull("description"),
        fields.Whole("default_priority", 0, AgentRow.PriorityMax),
        fields.Choice<ArbitrationMode>("mode"),
        fields.IsNull("mode"),
        isNew ? null : fields.Flag("disabled"));

    public void ApplyTo(AgentRow agent)
    {
        agent.Name = Name ?? agent.Name;
        agent.Description = ClearsDescription ? null : Description ?? agent.Description;
        agent.DefaultPriority = DefaultPriority ?? agent.DefaultPriority;
        agent.Mode = ClearsMode ? null : Mode ?? agent.Mode;
        agent.Disabled = Disabled ?? agent.Disabled;
    }
}
