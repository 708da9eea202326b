using System;

namespace StereoViewer
{
    /// <summary>How two views lie in one picture.</summary>
    public sealed class StereoLayout
    {
        private readonly ViewRectangle left;
        private readonly ViewRectangle right;

        /// <summary>The name in a manifest and in an address.</summary>
        public string Key { get; }

        /// <summary>A view's shown width / height over its stored width / height.</summary>
        public double Stretch { get; }

        internal StereoLayout(string key, ViewRectangle left, ViewRectangle right, double stretch)
        {
            Key = key;
            Stretch = stretch;
            this.left = left;
            this.right = right;
        }

        /// <summary>
        /// The part of a texture that one eye sees, counted from the bottom left corner as Unity does: a quad's
        /// coordinate t becomes t * (Width, Height) + (X, Y). Views are whole pixels: of an odd number of columns or
        /// rows the middle one belongs to neither eye.
        /// </summary>
        /// <param name="eye">The eye.</param>
        /// <param name="widthPx">Width of the whole picture in pixels.</param>
        /// <param name="heightPx">Height of the whole picture in pixels.</param>
        public ViewRectangle TextureView(Eye eye, int widthPx, int heightPx)
        {
            ViewRectangle view = eye == Eye.Left ? left : right;
            double x = Math.Ceiling(view.X * widthPx);
            double top = Math.Ceiling(view.Y * heightPx);
            double width = Math.Max(1, Math.Floor(view.Width * widthPx));
            double height = Math.Max(1, Math.Floor(view.Height * heightPx));
            double bottom = heightPx - (top + height); // the one flip: files count rows downwards, textures upwards
            return new ViewRectangle(x / widthPx, bottom / heightPx, width / widthPx, height / heightPx);
        }

        /// <summary>Shown width / height of one view.</summary>
        /// <param name="widthPx">Width of the whole picture in pixels.</param>
        /// <param name="heightPx">Height of the whole picture in pixels.</param>
        public double Aspect(int widthPx, int heightPx)
        {
            return Stretch * left.Width * widthPx / (left.Height * heightPx);
        }
    }
}
