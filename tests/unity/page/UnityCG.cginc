// What StereoEye.shader uses of Unity's include file, for a compiler that knows no Unity:
// https://docs.unity3d.com/2022.3/Documentation/Manual/SL-BuiltinFunctions.html
#define fixed4 float4
#define sampler2D int // one texture stands for all; a wrong name is still undeclared
#define TRANSFORM_TEX(uv, name) ((uv).xy * name##_ST.xy + name##_ST.zw)

Texture2D anyTexture;
SamplerState anySampler;
float4x4 unity_MatrixMVP;

struct appdata_img
{
    float4 vertex : POSITION;
    float2 texcoord : TEXCOORD0;
};

float4 UnityObjectToClipPos(float4 position)
{
    return mul(unity_MatrixMVP, position);
}

float4 tex2D(int name, float2 uv)
{
    return anyTexture.Sample(anySampler, uv);
}
