using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Accounting.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Activity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "activity",
                schema: "accounting",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    agent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    agent_name = table.Column<string>(type: "text", nullable: true),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    type = table.Column<string>(type: "text", nullable: false),
                    endpoint = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    http_status = table.Column<int>(type: "integer", nullable: false),
                    latency_ms = table.Column<int>(type: "integer", nullable: false),
                    client_name = table.Column<string>(type: "text", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    claim_id = table.Column<Guid>(type: "uuid", nullable: true),
                    resource = table.Column<string>(type: "text", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_activity", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit",
                schema: "accounting",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    actor_kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    actor_name = table.Column<string>(type: "text", nullable: true),
                    agent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    agent_name = table.Column<string>(type: "text", nullable: true),
                    claim_id = table.Column<Guid>(type: "uuid", nullable: true),
                    resource = table.Column<string>(type: "text", nullable: true),
                    resource_identity = table.Column<string>(type: "text", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    details = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "daily",
                schema: "accounting",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    agent_id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    runs_started = table.Column<long>(type: "bigint", nullable: false),
                    runs_skipped = table.Column<long>(type: "bigint", nullable: false),
                    observed_conflicts = table.Column<long>(type: "bigint", nullable: false),
                    conflicts_prevented = table.Column<long>(type: "bigint", nullable: false),
                    guarded_milliseconds = table.Column<long>(type: "bigint", nullable: false),
                    tokens_reported = table.Column<long>(type: "bigint", nullable: false),
                    cost_micro_usd = table.Column<long>(type: "bigint", nullable: false),
                    calls = table.Column<long>(type: "bigint", nullable: false),
                    errors = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_daily", x => new { x.org_id, x.day, x.agent_id });
                });

            migrationBuilder.CreateTable(
                name: "heartbeats",
                schema: "accounting",
                columns: table => new
                {
                    agent_id = table.Column<Guid>(type: "uuid", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    client_name = table.Column<string>(type: "text", nullable: false),
                    client_version = table.Column<string>(type: "text", nullable: false),
                    session_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_heartbeats", x => x.agent_id);
                    table.ForeignKey(
                        name: "fk_heartbeats_agents_agent_id",
                        column: x => x.agent_id,
                        principalSchema: "accounting",
                        principalTable: "agents",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "loans",
                schema: "accounting",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    period = table.Column<string>(type: "character varying(7)", maxLength: 7, nullable: false),
                    edge_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    used = table.Column<long>(type: "bigint", nullable: false),
                    allowed = table.Column<long>(type: "bigint", nullable: false),
                    heard_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_loans", x => new { x.org_id, x.period, x.edge_id });
                });

            migrationBuilder.CreateTable(
                name: "meters",
                schema: "accounting",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    period = table.Column<string>(type: "character varying(7)", maxLength: 7, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_meters", x => new { x.org_id, x.period });
                });

            migrationBuilder.CreateTable(
                name: "usage",
                schema: "accounting",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    agent_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    claim_id = table.Column<Guid>(type: "uuid", nullable: true),
                    external_run_id = table.Column<string>(type: "text", nullable: true),
                    provider = table.Column<string>(type: "text", nullable: true),
                    model = table.Column<string>(type: "text", nullable: true),
                    input_tokens = table.Column<long>(type: "bigint", nullable: true),
                    output_tokens = table.Column<long>(type: "bigint", nullable: true),
                    total_tokens = table.Column<long>(type: "bigint", nullable: true),
                    cost_micro_usd = table.Column<long>(type: "bigint", nullable: true),
                    metadata = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_activity_at",
                schema: "accounting",
                table: "activity",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_activity_org_id_agent_id_at_id_type_status",
                schema: "accounting",
                table: "activity",
                columns: new[] { "org_id", "agent_id", "at", "id", "type", "status" });

            migrationBuilder.CreateIndex(
                name: "ix_activity_org_id_at_id",
                schema: "accounting",
                table: "activity",
                columns: new[] { "org_id", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_activity_org_id_status_at_id",
                schema: "accounting",
                table: "activity",
                columns: new[] { "org_id", "status", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_activity_org_id_type_at_id_status",
                schema: "accounting",
                table: "activity",
                columns: new[] { "org_id", "type", "at", "id", "status" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_at",
                schema: "accounting",
                table: "audit",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_audit_org_id_agent_id_at_id",
                schema: "accounting",
                table: "audit",
                columns: new[] { "org_id", "agent_id", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_org_id_at_id",
                schema: "accounting",
                table: "audit",
                columns: new[] { "org_id", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_org_id_type_at_id",
                schema: "accounting",
                table: "audit",
                columns: new[] { "org_id", "type", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_heartbeats_org_id",
                schema: "accounting",
                table: "heartbeats",
                column: "org_id");

            migrationBuilder.CreateIndex(
                name: "ix_usage_at",
                schema: "accounting",
                table: "usage",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_usage_org_id_at_id",
                schema: "accounting",
                table: "usage",
                columns: new[] { "org_id", "at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "activity",
                schema: "accounting");

            migrationBuilder.DropTable(
                name: "audit",
                schema: "accounting");

            migrationBuilder.DropTable(
                name: "daily",
                schema: "accounting");

            migrationBuilder.DropTable(
                name: "heartbeats",
                schema: "accounting");

            migrationBuilder.DropTable(
                name: "loans",
                schema: "accounting");

            migrationBuilder.DropTable(
                name: "meters",
                schema: "accounting");

            migrationBuilder.DropTable(
                name: "usage",
                schema: "accounting");
        }
    }
}
