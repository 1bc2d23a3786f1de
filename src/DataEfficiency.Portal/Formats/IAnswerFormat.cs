using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Formats;

/// <summary>A format in which other tools read labelled items. One file each.</summary>
public interface IAnswerFormat
{
    /// <summary>In the address of the export.</summary>
    string Name { get; }

    /// <summary>As its tool is called.</summary>
    string Title { get; }

    /// <summary>Of the file, with its dot.</summary>
    string Ending { get; }

    string MediaType { get; }

    /// <summary>It can say such answers; else the export is refused.</summary>
    bool Holds(Project project);

    /// <summary>What it has a place for; the first is what it says where nobody chooses.</summary>
    IReadOnlyList<ExportWhat> Says { get; }

    Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation);
}
