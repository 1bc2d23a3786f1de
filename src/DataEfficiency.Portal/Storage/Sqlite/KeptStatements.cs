using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// Keeps the statements of a connection that stays open: SQLite reads and plans each text once, not with every answer again, which took
/// longer than running it.
/// </summary>
public sealed class KeptStatements : DbCommandInterceptor
{
    // statements are made by the program: there are some dozens, and lists in them make a few more
    private const int Most = 500;

    private static readonly ConditionalWeakTable<DbConnection, Dictionary<string, SqliteCommand>> Keeping = [];

    /// <summary>From now on this context's connection, which is open and stays so, keeps its statements.</summary>
    public static void On(AppDbContext db) => Keeping.TryAdd(db.Database.GetDbConnection(), new(StringComparer.Ordinal));

    public override InterceptionResult<DbCommand> CommandCreating(CommandCorrelatedEventData eventData,
        InterceptionResult<DbCommand> result) => eventData.Connection is SqliteConnection connection
            && Keeping.TryGetValue(connection, out var kept)
            ? InterceptionResult<DbCommand>.SuppressWithResult(new Lent(connection, kept)) : result;

    /// <summary>A command that takes the prepared one when it is told its text, and gives it back in the end.</summary>
    private sealed class Lent(SqliteConnection connection, Dictionary<string, SqliteCommand> kept) : DbCommand
    {
        // made when it is used: a connection remembers each command until it is disposed
        private SqliteCommand? _taken;
        private bool _isBack;

        private SqliteCommand Inner => _taken ??= new() { Connection = connection };

        [AllowNull]
        public override string CommandText
        {
            get => Inner.CommandText;
            set
            {
                // taken out, so that a text that is run while its reader is open has two
                if (_taken is null && kept.Remove(value ?? "", out var idle)) _taken = idle;
                else Inner.CommandText = value;
            }
        }

        public override int CommandTimeout { get => Inner.CommandTimeout; set => Inner.CommandTimeout = value; }

        public override CommandType CommandType { get => Inner.CommandType; set => Inner.CommandType = value; }

        public override bool DesignTimeVisible { get => Inner.DesignTimeVisible; set => Inner.DesignTimeVisible = value; }

        public override UpdateRowSource UpdatedRowSource { get => Inner.UpdatedRowSource; set => Inner.UpdatedRowSource = value; }

        protected override DbConnection? DbConnection
        {
            get => Inner.Connection;
            set => Inner.Connection = (SqliteConnection?)value;
        }

        protected override DbTransaction? DbTransaction
        {
            get => Inner.Transaction;
            set => Inner.Transaction = (SqliteTransaction?)value;
        }

        protected override DbParameterCollection DbParameterCollection => Inner.Parameters;

        public override void Cancel() => Inner.Cancel();

        public override int ExecuteNonQuery() => Inner.ExecuteNonQuery();

        public override object? ExecuteScalar() => Inner.ExecuteScalar();

        public override void Prepare() => Inner.Prepare();

        protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Inner.ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            if (!disposing || _isBack) return;
            _isBack = true;
            if (_taken is not { } taken) return;
            taken.Parameters.Clear();
            taken.Transaction = null;
            if (kept.Count >= Most || taken.CommandText.Length == 0 || !kept.TryAdd(taken.CommandText, taken)) taken.Dispose();
        }
    }
}
