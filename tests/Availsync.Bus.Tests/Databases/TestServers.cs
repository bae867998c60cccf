namespace Availsync.Bus.Tests.Databases;

/// <summary>
/// The servers that tests may use. A test whose server is missing is skipped by name, but fails where CI=true, so that
/// nothing goes untested there without a word.
/// </summary>
internal static class TestServers
{
    public static string Postgres() => Required("AVAILSYNC_TEST_POSTGRES", "a PostgreSQL connection string");

    public static Uri RabbitMq() => new(Required("AVAILSYNC_TEST_RABBITMQ", "amqp://user:password@host:port"));

    private static string Required(string variable, string meaning)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(value))
            return value;
        var reason = $"{variable} ({meaning}) is not set; scripts/test starts the servers and sets it";
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(reason);
        Assert.Skip(reason);
        return "";
    }
}
