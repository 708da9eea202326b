// The signatures of Unity 2022.3 that the project uses, without what they do, so that a compiler can check the calls.
// Each block names its page under https://docs.unity3d.com/2022.3/Documentation/ScriptReference/
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    // Object.html, Object.Destroy.html, Object.FindObjectsOfType.html, Object.FindObjectOfType.html
    public class Object
    {
        public string name { get; set; }
        public static void Destroy(Object obj) { }
        public static T FindObjectOfType<T>() where T : Object { return null; }
        public static T[] FindObjectsOfType<T>() where T : Object { return null; }
        public static T[] FindObjectsOfType<T>(bool includeInactive) where T : Object { return null; }
        public static implicit operator bool(Object exists) { return !ReferenceEquals(exists, null); }
    }

    // ScriptableObject.html
    public class ScriptableObject : Object { }

    // TextAsset-text.html
    public class TextAsset : Object { public string text { get { return null; } } }

    // GameObject.html, GameObject.Find.html, GameObject-layer.html
    public sealed class GameObject : Object
    {
        public int layer { get; set; }
        public Transform transform { get { return null; } }
        public static GameObject Find(string name) { return null; }
        public T GetComponent<T>() { return default(T); }
        public Component GetComponent(string type) { return null; }
    }

    // Component.html
    public class Component : Object
    {
        public GameObject gameObject { get { return null; } }
        public Transform transform { get { return null; } }
    }

    // Behaviour.html, MonoBehaviour.html
    public class Behaviour : Component { public bool enabled { get; set; } }
    public class MonoBehaviour : Behaviour { }

    // Transform.html, Transform.SetParent.html, Transform.SetPositionAndRotation.html
    public class Transform : Component
    {
        public Vector3 position { get; set; }
        public Vector3 localPosition { get; set; }
        public Vector3 localScale { get; set; }
        public Quaternion localRotation { get; set; }
        public Vector3 forward { get; set; }
        public Vector3 up { get; set; }
        public void SetParent(Transform parent, bool worldPositionStays) { }
        public void SetPositionAndRotation(Vector3 position, Quaternion rotation) { }
    }

    // Camera.html, Camera-cullingMask.html
    public sealed class Camera : Behaviour { public int cullingMask { get; set; } }

    // Renderer.html, Renderer.SetPropertyBlock.html, Renderer-sharedMaterial.html
    public class Renderer : Component
    {
        public bool enabled { get; set; }
        public Material sharedMaterial { get; set; }
        public void SetPropertyBlock(MaterialPropertyBlock properties) { }
    }
    public class MeshRenderer : Renderer { }

    // Material-mainTextureOffset.html, Material-mainTextureScale.html
    public class Material : Object
    {
        public Vector2 mainTextureOffset { get; set; }
        public Vector2 mainTextureScale { get; set; }
    }

    // MaterialPropertyBlock.SetTexture.html, MaterialPropertyBlock.SetVector.html
    public sealed class MaterialPropertyBlock
    {
        public void SetTexture(int nameID, Texture value) { }
        public void SetVector(int nameID, Vector4 value) { }
    }

    // Shader.PropertyToID.html
    public sealed class Shader : Object { public static int PropertyToID(string name) { return 0; } }

    // Texture.html, Texture2D.html, Texture2D.ReadPixels.html, Texture2D.GetPixels32.html
    public enum TextureWrapMode { Repeat, Clamp }
    public enum FilterMode { Point, Bilinear, Trilinear }
    public enum TextureFormat { RGBA32 = 4 }
    public class Texture : Object
    {
        public int width { get; set; }
        public int height { get; set; }
        public TextureWrapMode wrapMode { get; set; }
        public FilterMode filterMode { get; set; }
        public int anisoLevel { get; set; }
    }
    public sealed class Texture2D : Texture
    {
        public Texture2D(int width, int height, TextureFormat textureFormat, bool mipChain) { }
        public void ReadPixels(Rect source, int destX, int destY) { }
        public Color32[] GetPixels32() { return null; }
    }

    // ImageConversion.LoadImage.html
    public static class ImageConversion
    {
        public static bool LoadImage(this Texture2D tex, byte[] data, bool markNonReadable) { return true; }
    }

    // RenderTexture-ctor.html, RenderTexture-useMipMap.html, RenderTexture.GenerateMips.html, RenderTexture.GetTemporary.html, RenderTexture.ReleaseTemporary.html, RenderTexture-active.html
    public enum RenderTextureFormat { ARGB32 }
    public class RenderTexture : Texture
    {
        public RenderTexture(int width, int height, int depth, RenderTextureFormat format) { }
        public bool useMipMap { get; set; }
        public bool autoGenerateMips { get; set; }
        public void GenerateMips() { }
        public void Release() { }
        public static RenderTexture active { get; set; }
        public static RenderTexture GetTemporary(int width, int height, int depthBuffer, RenderTextureFormat format)
        {
            return null;
        }
        public static void ReleaseTemporary(RenderTexture temp) { }
    }

    // Graphics.Blit.html
    public static class Graphics
    {
        public static void Blit(Texture source, RenderTexture dest) { }
        public static void Blit(Texture source, RenderTexture dest, Vector2 scale, Vector2 offset) { }
    }

    // Vector2.html, Vector3.html, Vector4.html, Quaternion.html, Rect.html, Color32.html
    public struct Vector2
    {
        public float x, y;
        public Vector2(float x, float y) { this.x = x; this.y = y; }
        public static Vector2 zero { get { return default(Vector2); } }
        public static Vector2 operator +(Vector2 a, Vector2 b) { return a; }
    }
    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
        public static Vector3 forward { get { return default(Vector3); } }
        public static Vector3 operator +(Vector3 a, Vector3 b) { return a; }
        public static Vector3 operator *(Vector3 a, float d) { return a; }
        public static bool operator ==(Vector3 a, Vector3 b) { return true; }
        public static bool operator !=(Vector3 a, Vector3 b) { return false; }
        public override bool Equals(object other) { return false; }
        public override int GetHashCode() { return 0; }
    }
    public struct Vector4 { public Vector4(float x, float y, float z, float w) { } }
    public struct Quaternion
    {
        public static float Angle(Quaternion a, Quaternion b) { return 0; }
        public static Quaternion identity { get { return default(Quaternion); } }
        public static Quaternion Euler(float x, float y, float z) { return default(Quaternion); }
        public static Vector3 operator *(Quaternion rotation, Vector3 point) { return point; }
    }
    public struct Rect { public Rect(float x, float y, float width, float height) { } }
    public struct Color32 { public byte r, g, b, a; }

    // Mathf.html
    public struct Mathf
    {
        public const float Rad2Deg = 57.29578f;
        public static float Abs(float f) { return f; }
        public static float Sign(float f) { return f; }
        public static float Pow(float f, float p) { return f; }
        public static float Atan2(float y, float x) { return y; }
        public static bool Approximately(float a, float b) { return a == b; }
    }

    // LayerMask.NameToLayer.html, Debug.html, Time-deltaTime.html, SystemInfo-maxTextureSize.html
    public struct LayerMask { public static int NameToLayer(string layerName) { return 0; } }
    public class Debug
    {
        public static void Log(object message) { }
        public static void LogError(object message) { }
    }
    public class Time { public static float deltaTime { get { return 0; } } }
    public sealed class SystemInfo { public static int maxTextureSize { get { return 0; } } }

    // Application-absoluteURL.html, Application-isBatchMode.html, AsyncOperation-completed.html, ColorSpace.html
    public class Application
    {
        public static string absoluteURL { get { return null; } }
        public static bool isBatchMode { get { return true; } }
    }
    public class AsyncOperation { public event Action<AsyncOperation> completed { add { } remove { } } }
    public enum ColorSpace { Uninitialized = -1, Gamma = 0, Linear = 1 }

    // Input.GetKey.html, Input.GetKeyDown.html, Input-mouseScrollDelta.html, KeyCode.html
    public enum KeyCode { Space = 32, UpArrow = 273, DownArrow, RightArrow, LeftArrow }
    public class Input
    {
        public static Vector2 mouseScrollDelta { get { return default(Vector2); } }
        public static bool GetKey(KeyCode key) { return false; }
        public static bool GetKeyDown(KeyCode key) { return false; }
    }

    // SerializeField.html
    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute { }
}

namespace UnityEngine.SceneManagement
{
    // SceneManagement.Scene-path.html
    public struct Scene { public string path { get { return null; } } }
}

namespace UnityEngine.Networking
{
    // Networking.UnityWebRequest.html, Networking.UnityWebRequest.Result.html
    public class UnityWebRequest : IDisposable
    {
        public enum Result { InProgress, Success, ConnectionError, ProtocolError, DataProcessingError }
        public string url { get { return null; } }
        public long responseCode { get { return 0; } }
        public Result result { get { return Result.Success; } }
        public DownloadHandler downloadHandler { get { return null; } }
        public static UnityWebRequest Get(string uri) { return null; }
        public UnityWebRequestAsyncOperation SendWebRequest() { return null; }
        public void Abort() { }
        public void Dispose() { }
    }
    public class UnityWebRequestAsyncOperation : AsyncOperation { }

    // Networking.DownloadHandler-text.html, Networking.DownloadHandler-data.html
    public class DownloadHandler
    {
        public string text { get { return null; } }
        public byte[] data { get { return null; } }
    }
}

namespace UnityEngine.XR
{
    // XR.InputDevices.GetDevicesWithCharacteristics.html, XR.InputDevice.TryGetFeatureValue.html, XR.CommonUsages.html
    [Flags]
    public enum InputDeviceCharacteristics : uint { None = 0, Controller = 64 }
    public struct InputFeatureUsage<T> { }
    public static class CommonUsages
    {
        public static InputFeatureUsage<bool> triggerButton;
        public static InputFeatureUsage<Vector2> primary2DAxis;
    }
    public struct InputDevice
    {
        public bool TryGetFeatureValue(InputFeatureUsage<bool> usage, out bool value) { value = false; return false; }
        public bool TryGetFeatureValue(InputFeatureUsage<Vector2> usage, out Vector2 value)
        {
            value = default(Vector2);
            return false;
        }
    }
    public class InputDevices
    {
        public static void GetDevicesWithCharacteristics(
            InputDeviceCharacteristics desiredCharacteristics, List<InputDevice> inputDevices) { }
    }
}
