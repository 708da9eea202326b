using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace StereoViewer
{
    /// <summary>Reads one JSON text (RFC 8259) from left to right.</summary>
    internal sealed class JsonReader
    {
        private const int DeepestNesting = 64;
        private const string Escapes = "\"\\/bfnrt";
        private const string Escaped = "\"\\/\b\f\n\r\t";

        private readonly string text;
        private int at;
        private int depth;

        public JsonReader(string text)
        {
            this.text = text;
        }

        public JsonNode ReadAll()
        {
            JsonNode node = ReadValue();
            if (Next() != '\0')
            {
                throw Wrong();
            }

            return node;
        }

        private JsonNode ReadValue()
        {
            switch (Next())
            {
                case '{': return ReadNested(ReadTable);
                case '[': return ReadNested(ReadList);
                case '"': return new JsonNode(ReadText());
                case 't': return ReadWord("true", true);
                case 'f': return ReadWord("false", false);
                case 'n': return ReadWord("null", null);
                default: return ReadNumber();
            }
        }

        private JsonNode ReadNested(Func<object> read)
        {
            depth++;
            if (depth > DeepestNesting)
            {
                throw Wrong();
            }

            at++;
            var node = new JsonNode(read());
            depth--;
            return node;
        }

        private object ReadTable()
        {
            var table = new Dictionary<string, JsonNode>();
            while (!Ends('}', table.Count))
            {
                Expect('"', consume: false);
                string key = ReadText();
                Expect(':');
                table[key] = ReadValue();
            }

            return table;
        }

        private object ReadList()
        {
            var list = new List<JsonNode>();
            while (!Ends(']', list.Count))
            {
                list.Add(ReadValue());
            }

            return list;
        }

        // Whether a table or list ends here; between two of its items a comma is taken.
        private bool Ends(char close, int count)
        {
            if (Next() == close)
            {
                at++;
                return true;
            }

            if (count > 0)
            {
                Expect(',');
                if (Next() == close)
                {
                    throw Wrong();
                }
            }

            return false;
        }

        private string ReadText()
        {
            var read = new StringBuilder();
            for (at++; at < text.Length && text[at] != '"'; at++)
            {
                if (text[at] < ' ')
                {
                    throw Wrong();
                }

                read.Append(text[at] == '\\' ? ReadEscape() : text[at]);
            }

            Expect('"');
            return read.ToString();
        }

        private char ReadEscape()
        {
            at++;
            char kind = at < text.Length ? text[at] : '\0';
            int place = Escapes.IndexOf(kind);
            if (place >= 0)
            {
                return Escaped[place];
            }

            ushort code;
            if (kind != 'u' || at + 4 >= text.Length || !ushort.TryParse(
                text.Substring(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
            {
                throw Wrong();
            }

            at += 4;
            return (char)code;
        }

        private JsonNode ReadWord(string word, object value)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
            {
                throw Wrong();
            }

            at += word.Length;
            return new JsonNode(value);
        }

        private JsonNode ReadNumber()
        {
            int start = at;
            while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0)
            {
                at++;
            }

            double number;
            const NumberStyles Styles =
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            if (!double.TryParse(text.Substring(start, at - start), Styles, CultureInfo.InvariantCulture, out number))
            {
                at = start;
                throw Wrong();
            }

            return new JsonNode(number);
        }

        // The next character that is no white space, not taken; '\0' at the end.
        private char Next()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0)
            {
                at++;
            }

            return at < text.Length ? text[at] : '\0';
        }

        private void Expect(char wanted, bool consume = true)
        {
            if (Next() != wanted)
            {
                throw Wrong();
            }

            at += consume ? 1 : 0;
        }

        private PictureException Wrong()
        {
            return new PictureException("bad_manifest", "It is no JSON (character " + at + ").");
        }
    }
}
