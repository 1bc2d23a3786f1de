namespace DataEfficiency.Portal.Importing;

/// <summary>What one file may hold. Beyond these a row is refused with its reason, or the whole file is.</summary>
public static class ImportLimits
{
    public const long UploadBytes = 1L << 30;
    /// <summary>All parts of a workbook together, unpacked.</summary>
    public const long UnpackedBytes = 4L << 30;
    /// <summary>Unpacked bytes for each packed one; asked of parts above <see cref="RatioFreeBytes"/> only: small parts pack extremely
    /// well.</summary>
    public const int UnpackRatio = 100;
    public const long RatioFreeBytes = 16 << 20;
    /// <summary>A workbook keeps its distinct texts in one table that has to be held in memory.</summary>
    public const int SharedTexts = 2_000_000;
    public const long SharedTextCharacters = 96 << 20;
    /// <summary>For a workbook to give its next row, the first one with all that stands before it.</summary>
    public static readonly TimeSpan WorkbookPatience = TimeSpan.FromSeconds(30);
    /// <summary>A row group of a Parquet file is held in memory, unpacked.</summary>
    public const long RowGroupBytes = 512 << 20;
    public const int Rows = 2_000_000;
    public const int Columns = 200;
    public const int TextBytes = 256 << 10;
    /// <summary>One row with all its columns, as read.</summary>
    public const int RowCharacters = 4 << 20;
    /// <summary>Answers are short: what is longer is no answer of a fixed set.</summary>
    public const int AnswerCharacters = 1000;
    /// <summary>Whose answers one file brings.</summary>
    public const int People = 1000;
    public const int PreviewRows = 20;

    /// <summary>Rows of JSON that are looked at for what fields are there.</summary>
    public const int GuessRows = 500;
    public const int ChunkRows = 1000;
    /// <summary>Rows reported one by one; beyond it only their number is kept.</summary>
    public const int StoredIssues = 100_000;
}
