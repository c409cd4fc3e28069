using Microsoft.Data.Sqlite;

namespace DataTransferHub.Sqlite;

/// <summary>A prepared statement with positional parameters.</summary>
public sealed class Statement : IDisposable
{
    readonly SqliteCommand _command;
    readonly SqliteParameter[] _parameters;

    /// <summary>Creates the statement; it is prepared when it is first used.</summary>
    /// <param name="connection">The connection it runs on.</param>
    /// <param name="sql">A constant, with parameters <c>?1</c>, <c>?2</c> and so on.</param>
    /// <param name="parameters">The number of parameters.</param>
    public Statement(SqliteConnection connection, string sql, int parameters)
    {
        _command = connection.CreateCommand();
        // Only constants come here.
        _command.CommandText = sql;
        _parameters = new SqliteParameter[parameters];
        for (var i = 0; i < parameters; i++)
            _parameters[i] = _command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i + 1}" });
    }

    /// <summary>Runs it; the number of rows it has changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it; the first value of the first row, or null.</summary>
    public object? Scalar(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() is var value && value is DBNull ? null : value;
    }

    /// <summary>Runs it; its rows, which must be disposed of before it runs again.</summary>
    public SqliteDataReader Read(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            _parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
