namespace DataEfficiency.Portal.Storage;

public enum Stratum { First32, Random, Active, Imported }
