using System;
using System.Collections.Generic;

namespace StereoViewer
{
    /// <summary>
    /// Something is wrong with a picture. <see cref="Exception.Message"/> tells people what and what to do about it;
    /// <see cref="State"/> tells programs, in the plain viewer's words.
    /// </summary>
    public sealed class PictureException : Exception
    {
        private static readonly Dictionary<string, string> Words = new Dictionary<string, string>
        {
            { "not_found", "There is no picture at this address. It may have been deleted: {0}" },
            { "refused", "The server does not hand out this picture. It answered {0}." },
            { "unreachable", "The picture could not be loaded. Check the connection: {0}" },
            { "foreign", "The picture lies on another server, {0}; this page shows its own server's pictures only." },
            { "bad_address", "This is no address of a picture: {0}" },
            { "not_picture", "This is no picture that the viewer can show; it reads JPEG and PNG: {0}" },
            { "bad_manifest", "The description of this result cannot be read. {0}" },
            { "too_large", "The picture is too large for this graphics card: {0}. Export it at a smaller size." },
        };

        /// <summary>
        /// A key: not_found, refused, unreachable, foreign, bad_address, not_picture, bad_manifest or too_large.
        /// </summary>
        public string State { get; }

        /// <summary>Make one from a state and what is special about this case.</summary>
        public PictureException(string state, string detail)
            : base(string.Format(Words[state], detail))
        {
            State = state;
        }
    }
}
