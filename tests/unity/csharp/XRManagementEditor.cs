// The public parts of com.unity.xr.management 4.4 that the editor scripts use:
// https://docs.unity3d.com/Packages/com.unity.xr.management@4.4/api/UnityEditor.XR.Management.html
using System.Collections.Generic;
using UnityEngine;
using UnityEngine.XR.Management;

namespace UnityEditor.XR.Management
{
    public class XRGeneralSettingsPerBuildTarget : ScriptableObject
    {
        [SerializeField]
        private List<BuildTargetGroup> Keys = null;
        [SerializeField]
        private List<XRGeneralSettings> Values = null;
        public XRGeneralSettings SettingsForBuildTarget(BuildTargetGroup targetGroup) { return null; }
    }
}

namespace UnityEditor.XR.Management.Metadata
{
    public class XRPackageMetadataStore
    {
        public static bool AssignLoader(
            XRManagerSettings settings, string loaderTypeName, BuildTargetGroup buildTargetGroup)
        {
            return false;
        }
    }
}
