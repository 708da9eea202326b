// One eye's view of a picture: unlit, seen from both sides. _MainTex_ST chooses the view; _Bounds, the view less half a
// texel, keeps bilinear sampling from blending in the other eye's.
Shader "StereoViewer/StereoEye"
{
    Properties
    {
        _MainTex ("Picture", 2D) = "black" {}
        _Bounds ("Smallest and largest coordinate (u, v, u, v)", Vector) = (0, 0, 1, 1)
    }

    SubShader
    {
        Tags { "RenderType" = "Opaque" "Queue" = "Geometry" }

        Pass
        {
            Cull Off
            ZWrite On
            Lighting Off

            CGPROGRAM
            #pragma vertex vert
            #pragma fragment frag
            #include "UnityCG.cginc"

            sampler2D _MainTex;
            float4 _MainTex_ST;
            float4 _Bounds;

            struct Corner
            {
                float4 position : SV_POSITION;
                float2 uv : TEXCOORD0;
            };

            Corner vert(appdata_img quad)
            {
                Corner corner;
                corner.position = UnityObjectToClipPos(quad.vertex);
                corner.uv = TRANSFORM_TEX(quad.texcoord, _MainTex);
                return corner;
            }

            fixed4 frag(Corner corner) : SV_Target
            {
                float2 uv = clamp(corner.uv, _Bounds.xy, _Bounds.zw);
                return fixed4(tex2D(_MainTex, uv).rgb, 1.0);
            }
            ENDCG
        }
    }
}
