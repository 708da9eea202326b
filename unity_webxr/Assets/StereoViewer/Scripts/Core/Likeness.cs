using System;

namespace StereoViewer
{
    /// <summary>
    /// How alike two halves of a picture are, whatever their brightness and however gradual their shading.
    /// </summary>
    public static class Likeness
    {
        /// <summary>Samples along each side of a half.</summary>
        public const int Size = 64;

        private const double Plain = 1; // variance of grey, 0 to 255, up to which there is nothing to compare
        private const int Reach = 4; // samples that the halves may be shifted against each other: 6 % of a view

        /// <summary>
        /// The best normalised correlation over small sideways shifts, -1 to 1. The mean of every line is taken out
        /// first: a sky above a meadow makes any two halves alike.
        /// </summary>
        /// <param name="first">Grey samples of one half, Size x Size, rows first.</param>
        /// <param name="second">Grey samples of the other half.</param>
        /// <param name="sideBySide">Lines are rows when the halves lie side by side, columns when stacked.</param>
        public static double Of(float[] first, float[] second, bool sideBySide)
        {
            int stride = sideBySide ? 1 : Size;
            double[] a = Flattened(first, stride);
            double[] b = Flattened(second, stride);
            double best = -1;
            for (int shift = -Reach; shift <= Reach; shift++)
            {
                best = Math.Max(best, Correlation(a, b, shift));
            }

            return best;
        }

        private static double[] Flattened(float[] grey, int stride)
        {
            var flat = new double[Size * Size];
            int step = stride == 1 ? Size : 1;
            for (int line = 0; line < Size; line++)
            {
                double sum = 0;
                for (int i = 0; i < Size; i++)
                {
                    sum += grey[(line * step) + (i * stride)];
                }

                for (int i = 0; i < Size; i++)
                {
                    int at = (line * step) + (i * stride);
                    flat[at] = grey[at] - (sum / Size);
                }
            }

            return flat;
        }

        private static double Correlation(double[] a, double[] b, int shift)
        {
            double ab = 0, aa = 0, bb = 0;
            for (int row = 0; row < Size; row++)
            {
                for (int column = Reach; column < Size - Reach; column++)
                {
                    double left = a[(row * Size) + column];
                    double right = b[(row * Size) + column + shift];
                    ab += left * right;
                    aa += left * left;
                    bb += right * right;
                }
            }

            double plain = Plain * Size * (Size - (2 * Reach));
            return Math.Min(aa, bb) > plain ? ab / Math.Sqrt(aa * bb) : 0;
        }
    }
}
