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
        private SqliteCommand _inner = new() { Connection = connection };
        private bool _isBack;

        [AllowNull]
        public override string CommandText
        {
            get => _inner.CommandText;
            set
            {
                // taken out, so that a text that is run while its reader is open has two
                if (kept.Remove(value ?? "", out var idle)) _inner = idle;
                else _inner.CommandText = value;
            }
        }

        public override int CommandTimeout { get => _inner.CommandTimeout; set => _inner.CommandTimeout = value; }

        public override CommandType CommandType { get => _inner.CommandType; set => _inner.CommandType = value; }

        public override bool DesignTimeVisible { get => _inner.DesignTimeVisible; set => _inner.DesignTimeVisible = value; }

        public override UpdateRowSource UpdatedRowSource { get => _inner.UpdatedRowSource; set => _inner.UpdatedRowSource = value; }

        protected override DbConnection? DbConnection
        {
            get => _inner.Connection;
            set => _inner.Connection = (SqliteConnection?)value;
        }

        protected override DbTransaction? DbTransaction
        {
            get => _inner.Transaction;
            set => _inner.Transaction = (SqliteTransaction?)value;
        }

        protected override DbParameterCollection DbParameterCollection => _inner.Parameters;

        public override void Cancel() => _inner.Cancel();

        public override int ExecuteNonQuery() => _inner.ExecuteNonQuery();

        public override object? ExecuteScalar() => _inner.ExecuteScalar();

        public override void Prepare() => _inner.Prepare();

        protected override DbParameter CreateDbParameter() => _inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => _inner.ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            if (!disposing || _isBack) return;
            _isBack = true;
            _inner.Parameters.Clear();
            _inner.Transaction = null;
            if (kept.Count >= Most || _inner.CommandText.Length == 0 || !kept.TryAdd(_inner.CommandText, _inner)) _inner.Dispose();
        }
    }
}
