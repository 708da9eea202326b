using System;
using System.Collections.Generic;
using System.Globalization;

namespace StereoViewer
{
    /// <summary>The part of an address between '?' and '#', or the same without an address around it.</summary>
    public sealed class QueryString
    {
        private readonly Dictionary<string, string> values = new Dictionary<string, string>();

        private QueryString(string text)
        {
            foreach (string pair in text.Split('&'))
            {
                string[] parts = pair.Split(new[] { '=' }, 2);
                string key = Decoded(parts[0]);
                if (key.Length > 0 && !values.ContainsKey(key)) // the first one wins, as in a browser
                {
                    values[key] = parts.Length > 1 ? Decoded(parts[1]) : "";
                }
            }
        }

        /// <summary>Read the query of a whole address; an address without '?' has none.</summary>
        public static QueryString OfAddress(string address)
        {
            string text = address ?? "";
            int mark = text.IndexOf('#');
            text = mark >= 0 ? text.Substring(0, mark) : text;
            int start = text.IndexOf('?');
            return new QueryString(start >= 0 ? text.Substring(start + 1) : "");
        }

        /// <summary>Read bare text such as <c>src=a.jpg&amp;layout=half</c>.</summary>
        public static QueryString Parse(string text)
        {
            return new QueryString(text ?? "");
        }

        /// <summary>The value of a key, or null when it is not there or empty.</summary>
        public string Text(string key)
        {
            string value;
            return values.TryGetValue(key, out value) && value.Length > 0 ? value : null;
        }

        /// <summary>The finite number that a key holds, or null.</summary>
        public double? Number(string key)
        {
            double number;
            bool read = double.TryParse(
                Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
            return read && !double.IsNaN(number) && !double.IsInfinity(number) ? number : (double?)null;
        }

        /// <summary>True for "1", false for "0", null for anything else.</summary>
        public bool? Flag(string key)
        {
            string value = Text(key);
            return value == "1" ? true : value == "0" ? false : (bool?)null;
        }

        private static string Decoded(string text)
        {
            return Uri.UnescapeDataString(text.Replace('+', ' '));
        }
    }
}
