namespace DataEfficiency.Portal.Storage;

/// <summary>In which part somebody answered. Annotators vote, a review decides, the others stand aside where people answered.</summary>
public enum AnswerRole { Annotator, Review, Gold, Import, Bulk }
