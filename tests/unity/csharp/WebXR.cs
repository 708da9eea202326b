// The public parts of the package com.de-panther.webxr 0.23 to 0.25 (WebXRManager, WebXRCamera, WebXRSettings) that the
// project uses, and the fields of WebXRCamera that its scene sets.
using UnityEngine;

namespace WebXR
{
    public enum WebXRState { VR, AR, NORMAL }

    public class WebXRSubsystem
    {
        public delegate void XRChange(WebXRState state, int viewsCount, Rect leftRect, Rect rightRect);
        public delegate void ViewsDistanceChange(float distance);
    }

    public class WebXRManager : MonoBehaviour
    {
        public static event WebXRSubsystem.XRChange OnXRChange { add { } remove { } }
        public static event WebXRSubsystem.ViewsDistanceChange OnViewsDistanceChange { add { } remove { } }
    }

    public class WebXRCamera : MonoBehaviour
    {
        [SerializeField]
        private Camera cameraMain = null, cameraL = null, cameraR = null, cameraARL = null, cameraARR = null;
        [SerializeField]
        private bool m_updateNormalFieldOfView = true, m_useNormalFieldOfViewFromAwake = true;
        [SerializeField]
        private float m_normalFieldOfView = 60f;
        [SerializeField]
        private bool m_updateNormalLocalPose = true, m_useNormalPoseFromAwake = true;
        [SerializeField]
        private Vector3 m_normalLocalPosition = default(Vector3);
        [SerializeField]
        private Quaternion m_normalLocalRotation = default(Quaternion);
        [SerializeField]
        private bool updateCameraTag = true;
    }

    public class WebXRSettings : ScriptableObject
    {
        public int VRRequiredReferenceSpace;
        public int VROptionalFeatures;
        public int ARRequiredReferenceSpace;
        public int AROptionalFeatures;
        public bool UseFramebufferScaleFactor;
        public bool UseNativeResolution;
        public float FramebufferScaleFactor;
        public bool AutoLoadWebXRManager;
        public bool AutoLoadWebXRInputSystem;
        public bool DisableXRDisplaySubsystem;
        public static WebXRSettings GetSettings() { return null; }
    }

    public class WebXRLoader : UnityEngine.XR.Management.XRLoader { }
}
