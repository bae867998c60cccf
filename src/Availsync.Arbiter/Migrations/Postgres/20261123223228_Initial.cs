using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Availsync.Arbiter.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "arbiter");

            migrationBuilder.CreateTable(
                name: "agents",
                schema: "arbiter",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    ended = table.Column<bool>(type: "boolean", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_agents", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "answers",
                schema: "arbiter",
                columns: table => new
                {
                    scope = table.Column<string>(type: "text", nullable: false),
                    body_hash = table.Column<string>(type: "text", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_answers", x => x.scope);
                });

            migrationBuilder.CreateTable(
                name: "claims",
                schema: "arbiter",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    root_id = table.Column<string>(type: "text", nullable: false),
                    slot = table.Column<int>(type: "integer", nullable: false),
                    agent_id = table.Column<Guid>(type: "uuid", nullable: false),
                    agent_name = table.Column<string>(type: "text", nullable: false),
                    resource = table.Column<string>(type: "text", nullable: false),
                    shown_as = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    agent_type = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    fencing_token = table.Column<long>(type: "bigint", nullable: false),
                    working_set = table.Column<string>(type: "text", nullable: true),
                    metadata = table.Column<string>(type: "text", nullable: false),
                    run_outcome = table.Column<string>(type: "text", nullable: true),
                    summary = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_claims", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_batches",
                schema: "arbiter",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    partition_id = table.Column<int>(type: "integer", nullable: false),
                    events = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_batches", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "partitions",
                schema: "arbiter",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    owner = table.Column<Guid>(type: "uuid", nullable: true),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    clock_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_partitions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "resources",
                schema: "arbiter",
                columns: table => new
                {
                    root_id = table.Column<string>(type: "text", nullable: false),
                    resource = table.Column<string>(type: "text", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    shown_as = table.Column<string>(type: "text", nullable: false),
                    protected_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_resources", x => new { x.root_id, x.resource });
                });

            migrationBuilder.CreateTable(
                name: "roots",
                schema: "arbiter",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    root = table.Column<string>(type: "text", nullable: false),
                    last_token = table.Column<long>(type: "bigint", nullable: false),
                    last_sequence = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_roots", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_answers_created_at",
                schema: "arbiter",
                table: "answers",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "active_claims_by_agent",
                schema: "arbiter",
                table: "claims",
                column: "agent_id",
                filter: "status = 'active'");

            migrationBuilder.CreateIndex(
                name: "active_claims_by_expiry",
                schema: "arbiter",
                table: "claims",
                column: "expires_at",
                filter: "status = 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_claims_org_id_agent_id_id",
                schema: "arbiter",
                table: "claims",
                columns: new[] { "org_id", "agent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_claims_org_id_id",
                schema: "arbiter",
                table: "claims",
                columns: new[] { "org_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_claims_root_id_fencing_token",
                schema: "arbiter",
                table: "claims",
                columns: new[] { "root_id", "fencing_token" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "one_active_claim",
                schema: "arbiter",
                table: "claims",
                columns: new[] { "root_id", "resource" },
                unique: true,
                filter: "status = 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_resources_org_id_last_claimed_at",
                schema: "arbiter",
                table: "resources",
                columns: new[] { "org_id", "last_claimed_at" });

            // Tokens and sequences grow, whatever the code above the database believes.
            migrationBuilder.Sql("""
                CREATE FUNCTION arbiter.refuse_shrinking_root() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'token or sequence of root % would shrink', OLD.id;
                END $$;
                CREATE TRIGGER roots_grow BEFORE UPDATE ON arbiter.roots FOR EACH ROW
                    WHEN (NEW.last_token < OLD.last_token OR NEW.last_sequence < OLD.last_sequence)
                    EXECUTE FUNCTION arbiter.refuse_shrinking_root();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "agents",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "answers",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "claims",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "event_batches",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "partitions",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "resources",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "roots",
                schema: "arbiter");

            migrationBuilder.Sql("DROP FUNCTION arbiter.refuse_shrinking_root();");
        }
    }
}
