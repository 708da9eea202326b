// The little of NUnit 3 (https://docs.nunit.org) that the tests of the Unity project use; enough to run those without an
// engine outside the editor.
using System;
using System.Linq;

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SetUpAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseAttribute : Attribute
    {
        public object[] Arguments { get; private set; }
        public TestCaseAttribute(params object[] arguments) { Arguments = arguments ?? new object[] { null }; }
    }

    public class AssertionException : Exception { public AssertionException(string message) : base(message) { } }

    public delegate void TestDelegate();

    public abstract class Assert
    {
        public static void AreEqual(object expected, object actual)
        {
            Check(Equals(expected, actual), expected, actual);
        }

        public static void AreEqual(double expected, double actual, double delta)
        {
            Check(Math.Abs(expected - actual) <= delta, expected, actual);
        }

        public static void IsTrue(bool condition) { Check(condition, true, condition); }

        public static void IsFalse(bool condition) { Check(!condition, false, condition); }

        public static void IsNull(object anObject) { Check(anObject == null, null, anObject); }

        public static T Throws<T>(TestDelegate code) where T : Exception
        {
            Exception thrown = null;
            try
            {
                code();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }

            Check(thrown != null && thrown.GetType() == typeof(T), typeof(T), thrown);
            return (T)thrown;
        }

        private static void Check(bool holds, object expected, object actual)
        {
            if (!holds)
            {
                throw new AssertionException("expected " + (expected ?? "null") + ", got " + (actual ?? "null"));
            }
        }
    }
}
