namespace DataEfficiency.Prompts;

/// <summary>A mistake outside the program (a file, a setting, an input). The message names what, where, and what to do; it may be shown as
/// it is.</summary>
public class ModelException(string message, Exception? inner = null) : Exception(message, inner);
