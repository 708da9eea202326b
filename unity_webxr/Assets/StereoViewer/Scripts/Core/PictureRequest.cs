using System;

namespace StereoViewer
{
    /// <summary>What the page's address or a message asks to show.</summary>
    public sealed class PictureRequest
    {
        /// <summary>The word that asks for the built-in self-test picture instead of an address.</summary>
        public const string SelfTest = "test";

        /// <summary>Address of a picture or a manifest, or <see cref="SelfTest"/>; <c>src</c>.</summary>
        public string Source { get; }

        /// <summary>What is said about a bare picture: <c>layout</c>, <c>maxdisp</c> and <c>fov</c>.</summary>
        public PictureInfo Info { get; }

        private PictureRequest(string source, PictureInfo info)
        {
            Source = source;
            Info = info;
        }

        /// <summary>
        /// Read a request: <c>src</c>, or <c>id</c> of a shared result, and what goes with a bare picture. Null when
        /// nothing is asked for.
        /// </summary>
        public static PictureRequest From(QueryString query)
        {
            string id = query.Text("id");
            string shared = id == null ? null : "../s/" + Uri.EscapeDataString(id) + "/manifest.json";
            string source = shared ?? query.Text("src");
            return source == null ? null : new PictureRequest(source, InfoFrom(query));
        }

        private static PictureInfo InfoFrom(QueryString query)
        {
            double? uncrossed = query.Number("maxdisp");
            double? fovDeg = query.Number("fov");
            bool known = fovDeg > 0 && fovDeg < 180;
            return new PictureInfo
            {
                Layout = StereoLayouts.Named(query.Text("layout")),
                Uncrossed = Math.Max(0, uncrossed ?? 0),
                WidthPerDistance = known ? 2 * Math.Tan(fovDeg.Value * Math.PI / 360) : (double?)null,
            };
        }
    }
}
