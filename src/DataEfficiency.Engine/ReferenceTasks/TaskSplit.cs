
namespace DataEfficiency.Engine.ReferenceTasks;

/// <summary>Where the examples of a reference task come from. No text of one split can appear in another.</summary>
public enum TaskSplit { Train, Validation, Test }
