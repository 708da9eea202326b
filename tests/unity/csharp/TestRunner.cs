// Runs every test of an assembly, in the manner of NUnit: TestRunner.exe ASSEMBLY. Prints what failed and how many ran;
// the exit code is 1 when one failed or there was none.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

public static class TestRunner
{
    public static int Main(string[] arguments)
    {
        int ran = 0, failed = 0;
        foreach (Type type in Assembly.LoadFrom(arguments[0]).GetTypes())
        {
            foreach (MethodInfo method in type.GetMethods())
            {
                foreach (object[] values in Cases(method))
                {
                    ran++;
                    failed += Passes(type, method, values) ? 0 : 1;
                }
            }
        }

        Console.WriteLine("{0} ran, {1} failed", ran, failed);
        return ran > 0 && failed == 0 ? 0 : 1;
    }

    private static IEnumerable<object[]> Cases(MethodInfo method)
    {
        if (method.GetCustomAttributes(typeof(TestAttribute), false).Any())
        {
            yield return new object[0];
        }

        foreach (TestCaseAttribute row in method.GetCustomAttributes(typeof(TestCaseAttribute), false))
        {
            yield return row.Arguments;
        }
    }

    private static bool Passes(Type type, MethodInfo method, object[] values)
    {
        try
        {
            Type[] wanted = method.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
            object[] converted = values.Select((value, i) => value == null
                ? null
                : Convert.ChangeType(value, wanted[i], CultureInfo.InvariantCulture)).ToArray();
            method.Invoke(Activator.CreateInstance(type), converted);
            return true;
        }
        catch (TargetInvocationException exception)
        {
            string shown = string.Join(", ", values.Select(value => value ?? "null"));
            Console.WriteLine("{0}.{1}({2}): {3}", type.Name, method.Name, shown, exception.InnerException.Message);
            return false;
        }
    }
}
