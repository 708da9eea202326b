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

        private EyeTextures views;
        private PictureInfo info;
        private double aspect;
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

        /// <summary>Show a picture. The layout must be known; the texture is copied and not needed any more.</summary>
        public void Show(Texture picture, PictureInfo about)
        {
            EyeTextures before = views;
            views = new EyeTextures(picture, about.Layout);
            info = about;
            aspect = about.Layout.Aspect(picture.width, picture.height);
            Apply();
            before?.Dispose();
        }

        private void OnEnable()
        {
            rig.IpdChanged += Apply;
            leftQuad.enabled = views != null; // the materials' picture is for the editor's scene view only
            rightQuad.enabled = views != null;
        }

        private void OnDisable()
        {
            rig.IpdChanged -= Apply;
        }

        private void OnDestroy()
        {
            views?.Dispose();
        }

        private void Apply()
        {
            if (views == null)
            {
                return;
            }

            ScreenPlan plan = ScreenPlan.For(options, info, aspect, rig.IpdM);
            bool exchanged = options.Swap != info.Swapped;
            SetQuad(leftQuad, exchanged ? Eye.Right : Eye.Left, -plan.OffsetM, plan);
            SetQuad(rightQuad, exchanged ? Eye.Left : Eye.Right, plan.OffsetM, plan);
            placement.Apply((float)plan.DistanceM, options.HeadLock);
        }

        // A property block, not the material: no copy to destroy, and play mode leaves the asset as it is.
        private void SetQuad(MeshRenderer quad, Eye view, double offsetM, ScreenPlan plan)
        {
            block = block ?? new MaterialPropertyBlock();
            block.SetTexture(MainTexture, views[view]);
            block.SetVector(MainTextureView, new Vector4(1, 1, 0, 0)); // the whole of it: it holds this view alone
            block.SetVector(Bounds, new Vector4(0, 0, 1, 1));
            quad.SetPropertyBlock(block);
            quad.enabled = true;
            quad.transform.localPosition = new Vector3((float)offsetM, 0, 0);
            quad.transform.localScale = new Vector3((float)plan.WidthM, (float)plan.HeightM, 1);
        }
    }
}
