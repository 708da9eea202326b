using UnityEngine;

namespace StereoViewer
{
    /// <summary>Shows one picture on the two quads: each eye's part of it, in the right aspect, size and place.</summary>
    public sealed class StereoImageView : MonoBehaviour
    {
        private static readonly int MainTexture = Shader.PropertyToID("_MainTex");
        private static readonly int MainTextureView = Shader.PropertyToID("_MainTex_ST");
        private static readonly int Bounds = Shader.PropertyToID("_Bounds");

        [SerializeField]
        private MeshRenderer leftQuad = null;

        [SerializeField]
        private MeshRenderer rightQuad = null;

        [SerializeField]
        private StereoRig rig = null;

        [SerializeField]
        private ScreenPlacement placement = null;

        private Texture texture;
        private PictureInfo info;
        private ViewOptions options = new ViewOptions();
        private MaterialPropertyBlock block;

        /// <summary>What the visitor chose; setting it shows the picture anew.</summary>
        public ViewOptions Options
        {
            get
            {
                return options;
            }

            set
            {
                options = value;
                Apply();
            }
        }

        /// <summary>Show a picture. The layout must be known; the texture stays the caller's.</summary>
        public void Show(Texture picture, PictureInfo about)
        {
            texture = picture;
            info = about;
            Apply();
        }

        private void OnEnable()
        {
            rig.IpdChanged += Apply;
            leftQuad.enabled = texture != null; // the materials' picture is for the editor's scene view only
            rightQuad.enabled = texture != null;
        }

        private void OnDisable()
        {
            rig.IpdChanged -= Apply;
        }

        private void Apply()
        {
            if (texture == null)
            {
                return;
            }

            double aspect = info.Layout.Aspect(texture.width, texture.height);
            ScreenPlan plan = ScreenPlan.For(options, info, aspect, rig.IpdM);
            bool exchanged = options.Swap != info.Swapped;
            SetQuad(leftQuad, exchanged ? Eye.Right : Eye.Left, -plan.OffsetM, plan);
            SetQuad(rightQuad, exchanged ? Eye.Left : Eye.Right, plan.OffsetM, plan);
            placement.Apply((float)plan.DistanceM, options.HeadLock);
        }

        // A property block, not the material: no copy to destroy, and play mode leaves the asset as it is.
        private void SetQuad(MeshRenderer quad, Eye view, double offsetM, ScreenPlan plan)
        {
            ViewRectangle part = info.Layout.TextureView(view, texture.width, texture.height);
            ViewRectangle inner = info.Layout.TextureBounds(view, texture.width, texture.height);
            block = block ?? new MaterialPropertyBlock();
            block.SetTexture(MainTexture, texture);
            block.SetVector(MainTextureView, Vector(part.Width, part.Height, part.X, part.Y));
            block.SetVector(Bounds, Vector(inner.X, inner.Y, inner.X + inner.Width, inner.Y + inner.Height));
            quad.SetPropertyBlock(block);
            quad.enabled = true;
            quad.transform.localPosition = new Vector3((float)offsetM, 0, 0);
            quad.transform.localScale = new Vector3((float)plan.WidthM, (float)plan.HeightM, 1);
        }

        private static Vector4 Vector(double x, double y, double z, double w)
        {
            return new Vector4((float)x, (float)y, (float)z, (float)w);
        }
    }
}
