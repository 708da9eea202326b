// The serialised fields of TrackedPoseDriver in com.unity.xr.legacyinputhelpers 2.1:
// https://docs.unity3d.com/Packages/com.unity.xr.legacyinputhelpers@2.1/manual/index.html
namespace UnityEngine.SpatialTracking
{
    public class BasePoseProvider : MonoBehaviour { }

    public class TrackedPoseDriver : MonoBehaviour
    {
        [SerializeField]
        private int m_Device = 0, m_PoseSource = 0, m_TrackingType = 0, m_UpdateType = 0;
        [SerializeField]
        private BasePoseProvider m_PoseProviderComponent = null;
        [SerializeField]
        private bool m_UseRelativeTransform = false;
    }
}
