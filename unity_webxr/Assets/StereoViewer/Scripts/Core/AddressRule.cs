using System;
using System.Collections.Generic;
using System.Linq;

namespace StereoViewer
{
    /// <summary>Which addresses the page may load: its own server's, the browser's own, and those it was allowed.</summary>
    public sealed class AddressRule
    {
        private static readonly string[] OwnSchemes = { "blob:", "data:" };

        private readonly Uri page;
        private readonly bool allowForeign;
        private readonly HashSet<string> origins;

        /// <summary>Make a rule.</summary>
        /// <param name="page">The page's own address; relative addresses start from it.</param>
        /// <param name="allowForeign">Pictures of any server may be shown (<c>?allow=1</c>).</param>
        /// <param name="welcome">Origins, such as https://example.org, whose pictures are welcome.</param>
        public AddressRule(string page, bool allowForeign, IEnumerable<string> welcome)
        {
            this.page = new Uri(page);
            this.allowForeign = allowForeign;
            origins = new HashSet<string>(welcome, StringComparer.OrdinalIgnoreCase) { Origin(this.page) };
        }

        /// <summary>The whole address that a reference means.</summary>
        /// <param name="reference">A relative or whole address.</param>
        /// <param name="from">The address it was found at; null = the page.</param>
        /// <exception cref="PictureException">It is no address, or leads to a server that is not welcome.</exception>
        public string Resolve(string reference, string from = null)
        {
            if (IsOwnScheme(reference))
            {
                return reference; // never parsed: data addresses are longer than Uri accepts
            }

            Uri address;
            Uri start = from == null ? page : new Uri(from);
            if (!Uri.TryCreate(start, reference, out address) || !IsWeb(address))
            {
                throw new PictureException("bad_address", reference);
            }

            if (!allowForeign && !origins.Contains(Origin(address)))
            {
                throw new PictureException("foreign", address.Authority);
            }

            return address.AbsoluteUri;
        }

        /// <summary>Whether an address leads to a manifest instead of a picture: its path ends with .json.</summary>
        public static bool IsManifest(string address)
        {
            return !IsOwnScheme(address)
                && new Uri(address).AbsolutePath.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        }

        /// <summary>The file's name at the end of an address, decoded; "" when it has none.</summary>
        public static string NameOf(string address)
        {
            string path = IsOwnScheme(address) ? "" : address.Split('?', '#')[0];
            return Uri.UnescapeDataString(path.Split('/').Last());
        }

        private static bool IsOwnScheme(string address)
        {
            return OwnSchemes.Any(scheme => address.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
        }

        private static bool IsWeb(Uri address)
        {
            return address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;
        }

        private static string Origin(Uri address)
        {
            return address.GetLeftPart(UriPartial.Authority);
        }
    }
}
