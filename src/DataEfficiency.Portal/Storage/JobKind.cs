namespace DataEfficiency.Portal.Storage;

/// <summary>What a job does; its rows say on what.</summary>
public enum JobKind { Import, Ranking, Check, Calibration, Overlap, AnswerSet, Export }
