#pragma warning disable CA1822
namespace Availsync.Contracts;
/// <summary>x</summary>
public enum ResourceType { /// <summary>x</summary>
Repo, /// <summary>x</summary>
Project }
/// <summary>x</summary>
public sealed class ResourceRef { /// <summary>x</summary>
public string Root => ""; /// <summary>x</summary>
public ResourceType Type => 0;/// <summary>x</summary>
public string Key => "";/// <summary>x</summary>
public string Canonical => "";}
