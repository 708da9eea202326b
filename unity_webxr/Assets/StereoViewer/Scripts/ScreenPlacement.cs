using UnityEngine;
using WebXR;

namespace StereoViewer
{
    /// <summary>Where the screen stands: in the room, placed before the viewer on demand, or fixed to the head.</summary>
    public sealed class ScreenPlacement : MonoBehaviour
    {
        private const int FramesUntilPose = 3; // a session's first frames have no head pose yet

        [SerializeField]
        private Transform head = null;

        [SerializeField]
        private Transform screen = null;

        private float distanceM;
        private bool headLocked;
        private int placeInFrames;
        private Vector3 placedAt; // where the head was, and its yaw, when the screen was last placed
        private Quaternion placedYaw = Quaternion.identity;

        /// <summary>Stand at this distance in metres; a screen in the room keeps its direction.</summary>
        public void Apply(float distance, bool lockToHead)
        {
            bool first = distanceM <= 0;
            distanceM = distance;
            if (first || lockToHead != headLocked)
            {
                headLocked = lockToHead;
                Recentre();
            }

            Stand();
        }

        /// <summary>Place the screen before the viewer: at eye height, turned by the head's yaw alone.</summary>
        public void Recentre()
        {
            placedAt = head.position;
            placedYaw = Quaternion.Euler(0, Yaw(head), 0);
            Stand();
        }

        private void Stand()
        {
            screen.SetParent(headLocked ? head : transform, false);
            if (headLocked)
            {
                screen.localPosition = Vector3.forward * distanceM;
                screen.localRotation = Quaternion.identity;
                return;
            }

            screen.SetPositionAndRotation(placedAt + (placedYaw * Vector3.forward * distanceM), placedYaw);
        }

        // Degrees; of someone who looks straight up or down, the direction of the top of the head.
        private static float Yaw(Transform head)
        {
            Vector3 forward = head.forward;
            bool steep = Mathf.Abs(forward.y) > 0.99f;
            Vector3 direction = steep ? head.up * -Mathf.Sign(forward.y) : forward;
            return Mathf.Atan2(direction.x, direction.z) * Mathf.Rad2Deg;
        }

        private void OnEnable()
        {
            WebXRManager.OnXRChange += OnXRChange;
        }

        private void OnDisable()
        {
            WebXRManager.OnXRChange -= OnXRChange;
        }

        private void OnXRChange(WebXRState state, int viewsCount, Rect leftRect, Rect rightRect)
        {
            placeInFrames = FramesUntilPose;
        }

        private void LateUpdate()
        {
            if (placeInFrames > 0)
            {
                placeInFrames--;
                if (placeInFrames == 0)
                {
                    Recentre();
                }
            }
        }
    }
}
