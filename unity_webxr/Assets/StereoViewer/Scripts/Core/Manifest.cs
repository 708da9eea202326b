using System;
using System.Globalization;

namespace StereoViewer
{
    /// <summary>
    /// The part of a result's <c>manifest.json</c>, schema 1, that a viewer needs; other keys are ignored.
    /// </summary>
    public sealed class Manifest
    {
        private const int Schema = 1;

        /// <summary>Address of the stereo picture relative to the manifest, percent-encoded.</summary>
        public string Href { get; private set; }

        /// <summary>What the manifest knows about that picture.</summary>
        public PictureInfo Info { get; private set; }

        private Manifest()
        {
        }

        /// <summary>Read a manifest.</summary>
        /// <exception cref="PictureException">It is no JSON, of another schema, or names no stereo picture.</exception>
        public static Manifest Parse(string text)
        {
            JsonNode root = JsonNode.Parse(text);
            double? schema = root["schema"].Number;
            if (schema != Schema)
            {
                string found = schema.HasValue ? schema.Value.ToString(CultureInfo.InvariantCulture) : "none";
                throw new PictureException("bad_manifest", "Its schema is " + found + ", this viewer reads 1.");
            }

            string key = root["layout"].Text;
            StereoLayout layout = StereoLayouts.WithKey(key);
            JsonNode file = root["files"][key ?? ""];
            if (layout == null || file["href"].Text == null)
            {
                throw new PictureException("bad_manifest", "It names no stereo picture (layout: " + key + ").");
            }

            return new Manifest { Href = file["href"].Text, Info = InfoFrom(root, layout, file) };
        }

        private static PictureInfo InfoFrom(JsonNode root, StereoLayout layout, JsonNode file)
        {
            JsonNode disparity = root["disparity_px"];
            double widthPx = disparity["reference_width"].Number ?? 0;
            double? farthestPx = disparity["p1"].Number; // x_left - x_right: the farther, the smaller
            double? focalPx = root["focal_px"].Number;
            return new PictureInfo
            {
                Layout = layout,
                Swapped = root["eye_order"].Text == "right_left",
                Uncrossed = widthPx > 0 ? Math.Max(0, -(farthestPx ?? 0) / widthPx) : 0,
                WidthPerDistance = widthPx > 0 && focalPx > 0 ? widthPx / focalPx : null,
                WidthPx = (int)(file["width"].Number ?? 0),
                HeightPx = (int)(file["height"].Number ?? 0),
            };
        }
    }
}
