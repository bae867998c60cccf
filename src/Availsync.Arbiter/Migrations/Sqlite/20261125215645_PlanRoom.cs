using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PlanRoom : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_rehearsal",
                table: "claims",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "quotas",
                columns: table => new
                {
                    org_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quotas", x => x.org_id);
                });

            migrationBuilder.CreateIndex(
                name: "active_claims_by_org",
                table: "claims",
                column: "org_id",
                filter: "status = 'active'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "quotas");

            migrationBuilder.DropIndex(
                name: "active_claims_by_org",
                table: "claims");

            migrationBuilder.DropColumn(
                name: "is_rehearsal",
                table: "claims");
        }
    }
}
