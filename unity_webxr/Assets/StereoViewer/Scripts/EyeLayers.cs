using System;
using UnityEngine;

namespace StereoViewer
{
    /// <summary>
    /// The layers by which a camera sees only its own eye's quad, always looked up by name: numbers may be moved in the
    /// project's settings.
    /// </summary>
    public static class EyeLayers
    {
        /// <summary>The layer of one eye.</summary>
        public static string NameOf(Eye eye)
        {
            return eye == Eye.Left ? "LeftEye" : "RightEye";
        }

        /// <summary>The layer's number.</summary>
        /// <exception cref="InvalidOperationException">The project has no such layer.</exception>
        public static int IndexOf(Eye eye)
        {
            int index = LayerMask.NameToLayer(NameOf(eye));
            if (index < 0)
            {
                throw new InvalidOperationException(
                    "The project has no layer " + NameOf(eye) + "; add it in Project Settings, Tags and Layers.");
            }

            return index;
        }

        /// <summary>Culling mask of an eye's camera: its own layer and nothing else.</summary>
        public static int MaskOf(Eye eye)
        {
            return 1 << IndexOf(eye);
        }

        /// <summary>Culling mask of the flat page's camera: everything the left eye may see.</summary>
        public static int FlatMask
        {
            get { return ~MaskOf(Eye.Right); }
        }
    }
}
