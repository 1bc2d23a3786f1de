using Microsoft.Data.Sqlite;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>
/// Databases as earlier programs wrote them, one of each schema that landed: made by that day's own migration, with a project, its items,
/// slots and answers in every state, and one row at least in each other table.
/// </summary>
internal static class LandedDatabase
{
    private static readonly string Folder =
        Path.Combine(PortalFactory.RepositoryRoot, "tests", "DataEfficiency.Portal.Tests", "Storage", "Landed");

    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.db").Select(f => Path.GetFileNameWithoutExtension(f)).Order();

    /// <returns>A new data folder with that database in it.</returns>
    public static string Unpack(string name)
    {
        var data = Directory.CreateTempSubdirectory("upgrade-test-").FullName;
        File.Copy(Path.Combine(Folder, name + ".db"), Path.Combine(data, "app.db"));
        return data;
    }

    /// <summary>All rows of all tables: table to rows, a row is its columns with their values as text.</summary>
    public static Dictionary<string, List<SortedDictionary<string, string>>> Rows(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "app.db")};Pooling=False");
        connection.Open();
        var tables = new List<string>();
        using (var list = connection.CreateCommand())
        {
            list.CommandText = "SELECT name FROM sqlite_master WHERE type='table' "
                + "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '!_!_EF%' ESCAPE '!'";
            using var reader = list.ExecuteReader();
            while (reader.Read()) tables.Add(reader.GetString(0));
        }
        return tables.ToDictionary(t => t, t => Table(connection, t));
    }

    public static void Run(string data, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "app.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<SortedDictionary<string, string>> Table(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM \"{table}\"";
        using var reader = command.ExecuteReader();
        var rows = new List<SortedDictionary<string, string>>();
        while (reader.Read())
            rows.Add(new(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => Text(reader.GetValue(i))),
                StringComparer.Ordinal));
        return rows;
    }

    private static string Text(object value) => value switch
    {
        DBNull => "null",
        byte[] bytes => Convert.ToHexString(bytes),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => "'" + value,
    };
}
