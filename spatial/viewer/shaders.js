/** The shader programs. Picture rows run downwards and GL's upwards: `place` below is the only flip. */

const HEAD = '#version 300 es\nprecision highp float;\n';

/** A flat or curved screen in the room; the corner's x and y run from -1 to 1. */
const SCREEN_VERTEX = `${HEAD}
in vec2 corner;
uniform mat4 view_projection_model;
uniform vec3 shape; // half the width, half the height, radius of the curve or 0
out vec2 place;
void main() {
  vec3 point = vec3(corner * shape.xy, 0.0);
  float radius = shape.z;
  if (radius > 0.0) {
    float angle = point.x / radius;
    point.x = radius * sin(angle);
    point.z = radius * (1.0 - cos(angle));
  }
  place = vec2(0.5 + 0.5 * corner.x, 0.5 - 0.5 * corner.y);
  gl_Position = view_projection_model * vec4(point, 1.0);
}`;

/** A rectangle of the page: box is centre and half size in clip coordinates. */
const BOX_VERTEX = `${HEAD}
in vec2 corner;
uniform vec4 box;
out vec2 place;
void main() {
  place = vec2(0.5 + 0.5 * corner.x, 0.5 - 0.5 * corner.y);
  gl_Position = vec4(box.xy + corner * box.zw, 0.0, 1.0);
}`;

/** A box through which someone inside of a sphere looks; ray is the line of sight in the sphere's axes. */
const SPHERE_VERTEX = `${HEAD}
in vec2 corner;
uniform vec4 box;
uniform mat3 turn; // from the eye's axes to the sphere's
uniform vec4 frustum; // slopes at the edges, and the shift of a skewed view
out vec3 ray;
void main() {
  ray = turn * vec3((corner + frustum.zw) * frustum.xy, -1.0);
  gl_Position = vec4(box.xy + corner * box.zw, 0.9999, 1.0);
}`;

/** What the fragments below see of a picture: on a flat surface, or on the inside of a sphere. */
const SEEN = `
in vec2 place;
vec3 seen(sampler2D picture) { return texture(picture, place).rgb; }`;
const SEEN_ON_SPHERE = `
in vec3 ray;
uniform vec4 part; // longitude of the left edge, latitude of the upper edge, width and height of the picture
const float TURN = 6.2831853;
vec3 seen(sampler2D picture) {
  vec3 d = normalize(ray);
  float longitude = atan(d.x, -d.z);
  vec2 spot = vec2(mod(longitude - part.x, TURN), part.y - asin(clamp(d.y, -1.0, 1.0))) / part.zw;
  vec2 across = dFdx(spot), down = dFdy(spot);
  float around = TURN / part.z; // behind the viewer the longitude jumps by this, and the mip level must not
  across.x -= around * round(across.x / around);
  down.x -= around * round(down.x / around);
  vec3 colour = textureGrad(picture, spot, across, down).rgb;
  return spot.x <= 1.0 && spot.y >= 0.0 && spot.y <= 1.0 ? colour : vec3(0.0);
}`;

const pictureFragment = (/** @type {string} */ seen) => `${HEAD}
uniform sampler2D picture;
out vec4 colour;
${seen}
void main() { colour = vec4(seen(picture), 1.0); }`;

/**
 * Red-cyan anaglyph by least squares, for LCD screens: E. Dubois, "A projection method to generate anaglyph stereo
 * images", ICASSP 2001, with the matrices he published for LCDs in 2009. Light adds up linearly, so sRGB is undone.
 */
const anaglyphFragment = (/** @type {string} */ seen) => `${HEAD}
uniform sampler2D left_picture;
uniform sampler2D right_picture;
out vec4 colour;
${seen}
const mat3 LEFT = mat3(
  0.437, -0.062, -0.048,
  0.449, -0.062, -0.050,
  0.164, -0.024, -0.017);
const mat3 RIGHT = mat3(
  -0.011, 0.377, -0.026,
  -0.032, 0.761, -0.093,
  -0.007, 0.009, 1.234);
vec3 linear(vec3 c) { return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c)); }
vec3 encoded(vec3 c) { return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)); }
void main() {
  vec3 mixed = LEFT * linear(seen(left_picture)) + RIGHT * linear(seen(right_picture));
  colour = vec4(encoded(clamp(mixed, 0.0, 1.0)), 1.0);
}`;

/**
 * The scene from a place between and around the eyes. eye.x = -1 is the left eye, 1 the right one; a surface of
 * disparity d stands at u - eye.x d / 2. March from near to far until the ray is below the depth map's surface.
 * What the left view hides behind something nearer on its left is taken from the right view.
 * Where depth jumps, so do the spots that are read: the mip level follows the pixels of the screen instead, or else the
 * picture's mean would show along every outline.
 */
const PARALLAX_FRAGMENT = `${HEAD}
in vec2 place;
uniform sampler2D left_picture;
uniform sampler2D right_picture;
uniform sampler2D depth;
uniform vec2 eye;
uniform vec2 disparity; // farthest, nearest, as shares of the width
uniform float aspect;
uniform float photo_to_left; // the left view's share of the disparity: the depth map belongs to the photo
uniform float near_bright;
out vec4 colour;
const int STEPS = 32, PLACES = 8;
const float STEP = 0.1; // of nearness: less hides next to nothing
float nearness_at(vec2 spot) {
  float value = textureLod(depth, spot, 0.0).r;
  return mix(1.0 - value, value, near_bright);
}
vec2 seen(float nearness) {
  float d = mix(disparity.x, disparity.y, nearness);
  return place + 0.5 * d * vec2(eye.x, -eye.y * aspect);
}
bool is_hidden_on_the_left(vec2 spot, float nearness) {
  float reach = photo_to_left * (disparity.y - disparity.x);
  if (reach <= 0.0) return false;
  for (int i = 1; i <= PLACES; i++) {
    float away = float(i) / float(PLACES); // as a share of the reach; a little early does no harm
    float nearer = nearness_at(vec2(spot.x - reach * away, spot.y)) - nearness;
    if (nearer > max(STEP, away - 1.25 / float(PLACES))) return true;
  }
  return false;
}
void main() {
  float before = 1.0;
  float gap_before = 1.0 - nearness_at(seen(1.0));
  float nearness = 0.0;
  for (int i = 1; i <= STEPS; i++) {
    float now = 1.0 - float(i) / float(STEPS);
    float gap = now - nearness_at(seen(now));
    if (gap <= 0.0) {
      nearness = mix(before, now, gap_before / max(gap_before - gap, 1e-5));
      break;
    }
    before = now;
    gap_before = gap;
  }
  vec2 spot = seen(nearness);
  vec2 across = dFdx(place), down = dFdy(place);
  vec2 moved = vec2(photo_to_left * mix(disparity.x, disparity.y, nearness), 0.0);
  colour = is_hidden_on_the_left(spot, nearness)
    ? textureGrad(right_picture, spot - moved, across, down)
    : textureGrad(left_picture, spot + moved, across, down);
}`;

/** A scene's mesh, as scene_mesh.js describes it. */
const SCENE_VERTEX = `${HEAD}
in vec3 corner; // u, v, disparity
in vec2 step_side; // 1 near, -1 far, 0 no step; and the disparity that parts the sides
uniform mat4 view_projection;
uniform vec4 screen; // width, height, distance, and by how much each eye's picture is moved outwards
uniform float eye_distance;
out vec2 place;
out vec3 point;
flat out vec2 side;
const float FARTHEST = 40.0;
void main() {
  float parallax = 2.0 * screen.w - corner.z * screen.x;
  float away = min(FARTHEST, eye_distance / max(eye_distance - parallax, eye_distance / FARTHEST));
  place = corner.xy;
  side = step_side;
  point = away * vec3((corner.x - 0.5) * screen.x, (0.5 - corner.y) * screen.y, -screen.z);
  gl_Position = view_projection * vec4(point, 1.0);
}`;

/** Which pixels a dithered share leaves out: J. Jimenez' interleaved gradient noise, SIGGRAPH 2014. */
const DITHER = `
float dither() { return fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))); }`;

const SCENE_FRAGMENT = `${HEAD}
in vec2 place;
in vec3 point;
flat in vec2 side;
uniform sampler2D picture;
uniform sampler2D disparities;
uniform vec3 eye;
uniform vec4 screen;
uniform float share; // of the pixels that are drawn
uniform float light;
uniform float soft; // half the width of an edge's fade, in disparity
out vec4 colour;
${DITHER}
void main() {
  if (dither() >= share) discard;
  vec3 sight = point - eye;
  vec2 through = eye.xy + sight.xy * ((-screen.z - eye.z) / sight.z); // where it crosses the screen
  if (any(greaterThan(abs(through), 0.5 * screen.xy))) discard;
  float alpha = 1.0;
  if (side.x != 0.0) {
    float near = smoothstep(side.y - soft, side.y + soft, texture(disparities, place).r);
    alpha = side.x > 0.0 ? near : 1.0 - near;
    if (alpha < 0.02) discard;
  }
  colour = vec4(light * texture(picture, place).rgb, alpha);
}`;

/** As PICTURE, less the share that a scene draws in its place. */
const FADING_FRAGMENT = `${HEAD}
uniform sampler2D picture;
uniform float hidden;
out vec4 colour;
${SEEN}
${DITHER}
void main() {
  if (dither() < hidden) discard;
  colour = vec4(seen(picture), 1.0);
}`;

/** @type {Record<string, {vertex: string, fragment: string}>} */
export const PROGRAMS = {
  screen: { vertex: SCREEN_VERTEX, fragment: FADING_FRAGMENT },
  box: { vertex: BOX_VERTEX, fragment: pictureFragment(SEEN) },
  anaglyph: { vertex: BOX_VERTEX, fragment: anaglyphFragment(SEEN) },
  sphere: { vertex: SPHERE_VERTEX, fragment: pictureFragment(SEEN_ON_SPHERE) },
  sphere_anaglyph: { vertex: SPHERE_VERTEX, fragment: anaglyphFragment(SEEN_ON_SPHERE) },
  parallax: { vertex: BOX_VERTEX, fragment: PARALLAX_FRAGMENT },
  scene: { vertex: SCENE_VERTEX, fragment: SCENE_FRAGMENT },
};
