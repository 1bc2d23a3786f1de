namespace DataEfficiency.Portal.Tasks;

/// <summary>What two answers are compared by: as one value, label by label, or span by span.</summary>
public enum AnswerShape { Whole, Labels, Spans }
