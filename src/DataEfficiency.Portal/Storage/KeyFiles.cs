using System.Xml;
using System.Xml.Linq;

namespace DataEfficiency.Portal.Storage;

/// <summary>The keys that session cookies and webhooks' secrets are encrypted with, as the framework keeps them: a file each.</summary>
internal static class KeyFiles
{
    /// <exception cref="DataFolderException">One of them is damaged: it is said before anything stumbles over it.</exception>
    public static void Check(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.xml"))
        {
            try
            {
                Read(XElement.Load(file));
            }
            catch (Exception e) when (e is XmlException or FormatException or IOException or UnauthorizedAccessException)
            {
                throw new DataFolderException($"The key file {file} is damaged ({e.Message.ReplaceLineEndings(" ")}): put that of your "
                    + "newest backup in its place, or move it away: then everybody signs in again, and webhooks have to be made anew.", e);
            }
        }
    }

    // what the framework reads of it
    private static void Read(XElement root)
    {
        if (root.Name != "key") return;
        foreach (var name in new[] { "creationDate", "activationDate", "expirationDate" }) _ = (DateTimeOffset)Of(root.Element(name), name);
        _ = (Guid)(root.Attribute("id") ?? throw new FormatException("it has no id"));
        foreach (var secret in Of(root.Element("descriptor"), "descriptor").Descendants("masterKey"))
            _ = Convert.FromBase64String(Of(secret.Element("value"), "value").Value);
    }

    private static XElement Of(XElement? element, string name) => element ?? throw new FormatException($"it has no {name}");
}
