using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class HoldsAndEventLog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "event_chunks",
                schema: "arbiter",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    logged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    size = table.Column<int>(type: "integer", nullable: false),
                    events = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_chunks", x => new { x.org_id, x.last });
                });

            migrationBuilder.CreateTable(
                name: "event_heads",
                schema: "arbiter",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_heads", x => x.org_id);
                });

            migrationBuilder.CreateTable(
                name: "holds",
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
                    status = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    starts_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    fencing_token = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    metadata = table.Column<string>(type: "text", nullable: false),
                    preempted_by = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_holds", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_event_chunks_logged_at",
                schema: "arbiter",
                table: "event_chunks",
                column: "logged_at");

            migrationBuilder.CreateIndex(
                name: "blocking_holds_by_agent",
                schema: "arbiter",
                table: "holds",
                columns: new[] { "agent_id", "ends_at" },
                filter: "status IN ('held', 'confirmed')");

            migrationBuilder.CreateIndex(
                name: "blocking_holds_by_org",
                schema: "arbiter",
                table: "holds",
                columns: new[] { "org_id", "ends_at" },
                filter: "status IN ('held', 'confirmed')");

            migrationBuilder.CreateIndex(
                name: "blocking_holds_by_root",
                schema: "arbiter",
                table: "holds",
                columns: new[] { "root_id", "ends_at" },
                filter: "status IN ('held', 'confirmed')");

            migrationBuilder.CreateIndex(
                name: "ix_holds_org_id_agent_id_id",
                schema: "arbiter",
                table: "holds",
                columns: new[] { "org_id", "agent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_holds_org_id_id",
                schema: "arbiter",
                table: "holds",
                columns: new[] { "org_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_holds_root_id_fencing_token",
                schema: "arbiter",
                table: "holds",
                columns: new[] { "root_id", "fencing_token" },
                unique: true);

            // Two blocking holds never have a moment of one resource in common, whatever the code above believes. The
            // extension is trusted: whoever may create this schema may create it too.
            migrationBuilder.Sql("""
                CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA arbiter;
                ALTER TABLE arbiter.holds ADD CONSTRAINT holds_do_not_overlap
                    EXCLUDE USING gist (root_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
                    WHERE (status IN ('held', 'confirmed'));
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "event_chunks",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "event_heads",
                schema: "arbiter");

            migrationBuilder.DropTable(
                name: "holds",
                schema: "arbiter");
        }
    }
}
