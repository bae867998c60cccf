using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class QuotaClock : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "counted_at",
                schema: "arbiter",
                table: "quotas",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "counted_at",
                schema: "arbiter",
                table: "quotas");
        }
    }
}
