using DataEfficiency.Portal.Importing;

namespace DataEfficiency.Portal.Components.Projects;

/// <summary>The items of a chosen file and the values of its answer column, read from the whole file: rare answers count too.</summary>
internal static class PoolValues
{
    /// <returns>Null where the file cannot be read so, or the page was left. Without a mapped column there are no values.</returns>
    public static async Task<AnswerValues?> ReadAsync(UploadStore uploads, ChosenPool chosen, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => AnswerValues.Of(() => uploads.Open(chosen.Upload.Id), chosen.Mapping, cancellation), cancellation);
        }
        catch (Exception e) when (e is ImportException or IOException or OperationCanceledException)
        {
            // the import itself will say what is wrong with the file; the table of its values is only a help
            return null;
        }
    }

    /// <summary>Nothing changed that the values depend on.</summary>
    public static bool AreSame(ChosenPool one, ChosenPool other) =>
        one.Upload == other.Upload && one.Mapping.Answer == other.Mapping.Answer && one.Mapping.Format == other.Mapping.Format
        && (one.Mapping.Several, one.Mapping.Marked) == (other.Mapping.Several, other.Mapping.Marked)
        && one.Mapping.Text == other.Mapping.Text && one.Mapping.Template == other.Mapping.Template;
}
