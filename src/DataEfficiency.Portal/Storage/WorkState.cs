namespace DataEfficiency.Portal.Storage;

public enum WorkState { Queued, Running, Done, Failed, Cancelled }
