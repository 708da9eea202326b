using System.Collections.Generic;
using UnityEngine;
using UnityEngine.XR;

namespace StereoViewer
{
    /// <summary>
    /// Hands on the screen. Trigger or space: place it before the viewer. Stick, arrow keys: size (left and right) and
    /// distance (up and down). Wheel: size.
    /// </summary>
    public sealed class ScreenControls : MonoBehaviour
    {
        private const float RatePerSecond = 1.8f; // a full push multiplies size or distance by this every second
        private const float WheelRate = 1.1f;
        private const float DeadZone = 0.3f;

        private readonly List<InputDevice> controllers = new List<InputDevice>();

        [SerializeField]
        private StereoImageView view = null;

        [SerializeField]
        private ScreenPlacement placement = null;

        private bool pressed;

        private void Update()
        {
            InputDevices.GetDevicesWithCharacteristics(InputDeviceCharacteristics.Controller, controllers);
            bool trigger = false;
            Vector2 push = Keys();
            foreach (InputDevice controller in controllers)
            {
                bool held;
                Vector2 stick;
                trigger |= controller.TryGetFeatureValue(CommonUsages.triggerButton, out held) && held;
                push += controller.TryGetFeatureValue(CommonUsages.primary2DAxis, out stick) ? stick : Vector2.zero;
            }

            if ((trigger && !pressed) || Input.GetKeyDown(KeyCode.Space))
            {
                placement.Recentre();
            }

            pressed = trigger;
            Scale(push);
        }

        private void Scale(Vector2 push)
        {
            float wheel = Input.mouseScrollDelta.y;
            bool still = Mathf.Abs(push.x) < DeadZone && Mathf.Abs(push.y) < DeadZone;
            if (still && Mathf.Approximately(wheel, 0))
            {
                return;
            }

            view.Options = view.Options.Scaled(
                Rate(push.x) * Mathf.Pow(WheelRate, wheel), Rate(push.y));
        }

        private static float Rate(float push)
        {
            return Mathf.Abs(push) < DeadZone ? 1 : Mathf.Pow(RatePerSecond, push * Time.deltaTime);
        }

        private static Vector2 Keys()
        {
            return new Vector2(
                Pressed(KeyCode.RightArrow) - Pressed(KeyCode.LeftArrow),
                Pressed(KeyCode.UpArrow) - Pressed(KeyCode.DownArrow));
        }

        private static float Pressed(KeyCode key)
        {
            return Input.GetKey(key) ? 1 : 0;
        }
    }
}
