// The public parts of com.unity.xr.management 4.4 that the project uses:
// https://docs.unity3d.com/Packages/com.unity.xr.management@4.4/api/UnityEngine.XR.Management.html
using System.Collections.Generic;

namespace UnityEngine.XR.Management
{
    public abstract class XRLoader : ScriptableObject { }

    public sealed class XRManagerSettings : ScriptableObject
    {
        [SerializeField]
        private bool m_RequiresSettingsUpdate = false, m_AutomaticLoading = false, m_AutomaticRunning = false;
        [SerializeField]
        private List<XRLoader> m_Loaders = null;
        public IReadOnlyList<XRLoader> activeLoaders { get { return m_Loaders; } }
    }

    public class XRGeneralSettings : ScriptableObject
    {
        public static string k_SettingsKey = "com.unity.xr.management.loader_settings";
        [SerializeField]
        private XRManagerSettings m_LoaderManagerInstance = null;
        [SerializeField]
        private bool m_InitManagerOnStart = true;
        public XRManagerSettings Manager { get { return m_LoaderManagerInstance; } }
    }
}
