using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Availsync.Arbiter.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class QuotaClock : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "counted_at",
                table: "quotas",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "counted_at",
                table: "quotas");
        }
    }
}
