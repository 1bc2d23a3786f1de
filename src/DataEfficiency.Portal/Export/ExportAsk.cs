using System.Text.Json;
using DataEfficiency.Portal.Api;

namespace DataEfficiency.Portal.Export;

/// <summary>What a file says of an item: the one answer that holds in the end, those that its people gave, or both.</summary>
public enum ExportWhat { Both, Final, Answers }

/// <summary>What was asked of an export, which its job keeps.</summary>
/// <param name="Filter">As the items table has it in its address; empty: all items.</param>
/// <param name="By">Who asked.</param>
/// <param name="File">Its name under data/exports.</param>
/// <param name="Made">What came of it; null: nothing yet.</param>
public sealed record ExportAsk(string Format, ExportWhat What, string Filter, bool Pseudonyms, string By, Guid File,
    ExportMade? Made = null)
{
    public static ExportAsk FromJson(string json) => JsonSerializer.Deserialize<ExportAsk>(json, OneName.Web)!;

    public string ToJson() => JsonSerializer.Serialize(this, OneName.Web);
}

/// <param name="LabelVersion">The one state of the labels that the file shows.</param>
/// <param name="FileName">That people see.</param>
public sealed record ExportMade(long LabelVersion, int Items, long Bytes, string FileName);
