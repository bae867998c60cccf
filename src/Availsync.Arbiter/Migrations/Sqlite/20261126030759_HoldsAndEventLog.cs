using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class HoldsAndEventLog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "event_chunks",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    last = table.Column<long>(type: "INTEGER", nullable: false),
                    first = table.Column<long>(type: "INTEGER", nullable: false),
                    logged_at = table.Column<long>(type: "INTEGER", nullable: false),
                    size = table.Column<int>(type: "INTEGER", nullable: false),
                    events = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_chunks", x => new { x.org_id, x.last });
                });

            migrationBuilder.CreateTable(
                name: "event_heads",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_heads", x => x.org_id);
                });

            migrationBuilder.CreateTable(
                name: "holds",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    org_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    root_id = table.Column<string>(type: "TEXT", nullable: false),
                    slot = table.Column<int>(type: "INTEGER", nullable: false),
                    agent_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    agent_name = table.Column<string>(type: "TEXT", nullable: false),
                    resource = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    priority = table.Column<int>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    starts_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    fencing_token = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    metadata = table.Column<string>(type: "TEXT", nullable: false),
                    preempted_by = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_holds", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_event_chunks_logged_at",
                table: "event_chunks",
                column: "logged_at");

            migrationBuilder.CreateIndex(
                name: "blocking_holds_by_agent",
                table: "holds",
                columns: new[] { "agent_id", "ends_at" },
                filter: "status IN ('held', 'confirmed')");

            migrationBuilder.CreateIndex(
                name: "blocking_holds_by_org",
                table: "holds",
                columns: new[] { "org_id", "ends_at" },
                filter: "status IN ('held', 'confirmed')");

            migrationBuilder.CreateIndex(
                name: "blocking_holds_by_root",
                table: "holds",
                columns: new[] { "root_id", "ends_at" },
                filter: "status IN ('held', 'confirmed')");

            migrationBuilder.CreateIndex(
                name: "ix_holds_org_id_agent_id_id",
                table: "holds",
                columns: new[] { "org_id", "agent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_holds_org_id_id",
                table: "holds",
                columns: new[] { "org_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_holds_root_id_fencing_token",
                table: "holds",
                columns: new[] { "root_id", "fencing_token" },
                unique: true);

            // Two blocking holds never have a moment of one resource in common, whatever the code above believes.
            foreach (var change in new[] { "INSERT", "UPDATE" })
            {
                migrationBuilder.Sql($"""
                    CREATE TRIGGER holds_do_not_overlap_on_{change.ToLowerInvariant()} BEFORE {change} ON holds
                    WHEN NEW.status IN ('held', 'confirmed') AND EXISTS (
                        SELECT 1 FROM holds WHERE root_id = NEW.root_id AND id <> NEW.id
                        AND status IN ('held', 'confirmed')
                        AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at)
                    BEGIN
                        SELECT RAISE(ABORT, 'two holds would overlap');
                    END;
                    """);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "event_chunks");

            migrationBuilder.DropTable(
                name: "event_heads");

            migrationBuilder.DropTable(
                name: "holds");
        }
    }
}
