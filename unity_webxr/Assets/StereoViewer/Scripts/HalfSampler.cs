using UnityEngine;

namespace StereoViewer
{
    /// <summary>
    /// Small grey copies of a texture's halves, for <see cref="Likeness"/>. The texture need not be readable.
    /// </summary>
    public static class HalfSampler
    {
        private const int Largest = 1024; // from here every step halves, so that bilinear sampling averages

        /// <summary>Guess the layout of a texture by its halves and its name.</summary>
        /// <param name="texture">The whole picture.</param>
        /// <param name="name">The file's name.</param>
        /// <param name="guess">The table to guess by.</param>
        public static StereoLayout Guess(Texture texture, string name, LayoutGuess guess)
        {
            double sides = Alike(texture, StereoLayouts.SideBySide, true);
            double stack = Alike(texture, StereoLayouts.TopBottom, false);
            return guess.Of(name, (double)texture.width / texture.height, sides, stack);
        }

        private static double Alike(Texture texture, StereoLayout layout, bool sideBySide)
        {
            float[] first = Sample(texture, layout.TextureView(Eye.Left, texture.width, texture.height));
            float[] second = Sample(texture, layout.TextureView(Eye.Right, texture.width, texture.height));
            return Likeness.Of(first, second, sideBySide);
        }

        private static float[] Sample(Texture texture, ViewRectangle part)
        {
            RenderTexture step = RenderTexture.GetTemporary(Largest, Largest, 0, RenderTextureFormat.ARGB32);
            Graphics.Blit(
                texture,
                step,
                new Vector2((float)part.Width, (float)part.Height),
                new Vector2((float)part.X, (float)part.Y));
            for (int size = Largest / 2; size >= Likeness.Size; size /= 2)
            {
                RenderTexture smaller = RenderTexture.GetTemporary(size, size, 0, RenderTextureFormat.ARGB32);
                Graphics.Blit(step, smaller);
                RenderTexture.ReleaseTemporary(step);
                step = smaller;
            }

            float[] grey = Read(step);
            RenderTexture.ReleaseTemporary(step);
            return grey;
        }

        private static float[] Read(RenderTexture source)
        {
            var copy = new Texture2D(Likeness.Size, Likeness.Size, TextureFormat.RGBA32, false);
            RenderTexture active = RenderTexture.active;
            RenderTexture.active = source;
            copy.ReadPixels(new Rect(0, 0, Likeness.Size, Likeness.Size), 0, 0);
            RenderTexture.active = active;
            Color32[] pixels = copy.GetPixels32();
            Object.Destroy(copy);
            var grey = new float[pixels.Length];
            for (int i = 0; i < grey.Length; i++)
            {
                grey[i] = (0.299f * pixels[i].r) + (0.587f * pixels[i].g) + (0.114f * pixels[i].b);
            }

            return grey;
        }
    }
}
