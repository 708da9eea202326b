// Lists what Unity would serialise of every component and asset class in some assemblies, one field a line:
// CLASS FIELD TYPE, where TYPE is the class referred to, or "value". Fields.exe ASSEMBLY...
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using UnityEngine;

public static class Fields
{
    private const BindingFlags Own =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static void Main(string[] assemblies)
    {
        foreach (Type type in assemblies.SelectMany(path => Assembly.LoadFrom(path).GetTypes()).Where(IsSerialised))
        {
            Console.WriteLine("{0} - -", type.FullName);
            foreach (FieldInfo field in type.GetFields(Own).Where(IsSerialised))
            {
                Console.WriteLine("{0} {1} {2}", type.FullName, field.Name, Reference(field.FieldType));
            }
        }
    }

    private static bool IsSerialised(Type type)
    {
        return !type.IsAbstract
            && (typeof(MonoBehaviour).IsAssignableFrom(type) || typeof(ScriptableObject).IsAssignableFrom(type));
    }

    private static bool IsSerialised(FieldInfo field)
    {
        return !field.IsInitOnly
            && (field.IsPublic || field.GetCustomAttributes(typeof(SerializeField), false).Any());
    }

    private static string Reference(Type type)
    {
        Type item = type.IsArray ? type.GetElementType() : type.IsGenericType ? type.GetGenericArguments()[0] : type;
        return typeof(UnityEngine.Object).IsAssignableFrom(item) ? item.Name : "value";
    }
}
