using System;
using UnityEngine;
using WebXR;

namespace StereoViewer
{
    /// <summary>The cameras: which layers each of them sees, and how far apart the viewer's eyes are.</summary>
    public sealed class StereoRig : MonoBehaviour
    {
        private const float AverageIpdM = 0.063f;

        [SerializeField]
        private Camera flatCamera = null;

        [SerializeField]
        private Camera[] leftCameras = null;

        [SerializeField]
        private Camera[] rightCameras = null;

        /// <summary>Called when the distance of the eyes changes.</summary>
        public event Action IpdChanged;

        /// <summary>Distance of the viewer's eyes in metres: the headset's, before that the average.</summary>
        public float IpdM { get; private set; } = AverageIpdM;

        /// <summary>Set every camera's culling mask from the layers' names.</summary>
        public void SetMasks()
        {
            flatCamera.cullingMask = EyeLayers.FlatMask;
            SetMasks(leftCameras, EyeLayers.MaskOf(Eye.Left));
            SetMasks(rightCameras, EyeLayers.MaskOf(Eye.Right));
        }

        private static void SetMasks(Camera[] cameras, int mask)
        {
            foreach (Camera eyeCamera in cameras)
            {
                eyeCamera.cullingMask = mask;
            }
        }

        private void Awake()
        {
            SetMasks();
        }

        private void OnEnable()
        {
            WebXRManager.OnViewsDistanceChange += OnViewsDistanceChange;
        }

        private void OnDisable()
        {
            WebXRManager.OnViewsDistanceChange -= OnViewsDistanceChange;
        }

        private void OnViewsDistanceChange(float distanceM)
        {
            if (distanceM > 0)
            {
                IpdM = distanceM;
                IpdChanged?.Invoke();
            }
        }
    }
}
