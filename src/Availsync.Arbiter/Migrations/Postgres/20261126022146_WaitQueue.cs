using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class WaitQueue : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "preempted_by",
                schema: "arbiter",
                table: "claims",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "waiters",
                schema: "arbiter",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    root_id = table.Column<string>(type: "text", nullable: false),
                    org_id = table.Column<Guid>(type: "uuid", nullable: false),
                    root = table.Column<string>(type: "text", nullable: false),
                    slot = table.Column<int>(type: "integer", nullable: false),
                    place = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_waiters", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_waiters_root_id",
                schema: "arbiter",
                table: "waiters",
                column: "root_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "waiters",
                schema: "arbiter");

            migrationBuilder.DropColumn(
                name: "preempted_by",
                schema: "arbiter",
                table: "claims");
        }
    }
}
