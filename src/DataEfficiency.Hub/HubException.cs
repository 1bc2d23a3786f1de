
using DataEfficiency.Prompts;

namespace DataEfficiency.Hub;

/// <summary>A download that failed for a reason a person can act on; the message says what to do and may be shown as it is.</summary>
public sealed class HubException(string message, Exception? inner = null) : ModelException(message, inner);
