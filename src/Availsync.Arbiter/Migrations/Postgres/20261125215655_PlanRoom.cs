using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class PlanRoom : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_rehearsal",
                schema: "arbiter",
                table: "claims",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "quotas",
                schema: "arbiter",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quotas", x => x.org_id);
                });

            migrationBuilder.CreateIndex(
                name: "active_claims_by_org",
                schema: "arbiter",
                table: "claims",
                column: "org_id",
                filter: "status = 'active'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "quotas",
                schema: "arbiter");

            migrationBuilder.DropIndex(
                name: "active_claims_by_org",
                schema: "arbiter",
                table: "claims");

            migrationBuilder.DropColumn(
                name: "is_rehearsal",
                schema: "arbiter",
                table: "claims");
        }
    }
}
