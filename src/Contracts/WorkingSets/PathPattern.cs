#pragma warning disable CA1822
namespace Availsync.Contracts;
/// <summary>x</summary>
public sealed class PathPattern { /// <summary>x</summary>
public string Text => ""; }
