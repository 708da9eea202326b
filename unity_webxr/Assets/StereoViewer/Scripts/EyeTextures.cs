using System;
using UnityEngine;

namespace StereoViewer
{
    /// <summary>
    /// Each eye's view as a texture of its own, with all mip levels: of a shared one the smaller levels would blend both
    /// eyes, and without them a screen far away glitters.
    /// </summary>
    public sealed class EyeTextures : IDisposable
    {
        private const int Anisotropy = 8; // the plain viewer's

        private readonly RenderTexture left;
        private readonly RenderTexture right;

        /// <summary>Copy both views out of a picture, which is not needed any more then.</summary>
        /// <param name="picture">The whole picture.</param>
        /// <param name="layout">How the views lie in it.</param>
        public EyeTextures(Texture picture, StereoLayout layout)
        {
            left = Copy(picture, layout.TextureView(Eye.Left, picture.width, picture.height));
            right = layout == StereoLayouts.Mono
                ? left
                : Copy(picture, layout.TextureView(Eye.Right, picture.width, picture.height));
        }

        /// <summary>One eye's view.</summary>
        /// <param name="eye">The eye.</param>
        public Texture this[Eye eye]
        {
            get { return eye == Eye.Left ? left : right; }
        }

        /// <summary>Free the graphics card's memory.</summary>
        public void Dispose()
        {
            Free(left);
            if (right != left)
            {
                Free(right);
            }
        }

        private static RenderTexture Copy(Texture picture, ViewRectangle part)
        {
            int width = (int)Math.Round(part.Width * picture.width);
            int height = (int)Math.Round(part.Height * picture.height);
            var view = new RenderTexture(width, height, 0, RenderTextureFormat.ARGB32)
            {
                useMipMap = true,
                autoGenerateMips = false,
                anisoLevel = Anisotropy,
                filterMode = FilterMode.Trilinear,
                wrapMode = TextureWrapMode.Clamp,
            };
            Graphics.Blit(
                picture,
                view,
                new Vector2((float)part.Width, (float)part.Height),
                new Vector2((float)part.X, (float)part.Y));
            view.GenerateMips();
            return view;
        }

        private static void Free(RenderTexture view)
        {
            view.Release();
            UnityEngine.Object.Destroy(view);
        }
    }
}
