namespace DataEfficiency.Portal.Storage;

/// <summary>How an item's final answer came about. <c>None</c>: they do not agree; it is counted and not trained on.</summary>
public enum FinalBy { Only, Unanimous, Majority, Review, None }
