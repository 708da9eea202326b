"""Looks of the page: one restrained theme, light and dark, made of system fonts only."""

import gradio as gr

_SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

# Photo and results stand side by side on a desk; on a phone the result follows the photo and the settings come last.
CSS = """
.gradio-container { width: 100% !important; max-width: 1480px !important; margin: 0 auto !important; }
.gradio-container .html-container { padding: 0 !important; }
#title h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -0.01em; margin: 0; }
#title p { margin: 0.15rem 0 0; color: var(--body-text-color-subdued); }
#privacy, #status { color: var(--body-text-color-subdued); font-size: 0.95em; }
#status { min-height: 1.5rem; }
#status .note { color: var(--body-text-color); margin: 0 0 0.3rem; }
#stage {
  display: grid; gap: var(--layout-gap) calc(1.5 * var(--layout-gap)); align-items: start;
  grid-template-columns: minmax(300px, 380px) minmax(0, 1fr); grid-template-rows: auto auto 1fr;
  grid-template-areas: "photo result" "choice result" "settings result";
}
#stage > * { min-width: 0 !important; width: 100%; }
#tap label { flex: 1; font-size: 0.92rem; }
#photo-block { grid-area: photo; }
#result-block { grid-area: result; }
#choice-block { grid-area: choice; }
#accepted { color: var(--body-text-color-subdued); font-size: 0.88em; }
#start { flex-wrap: nowrap; }
#adjust-depth .form { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); }
#estimator input { text-overflow: ellipsis; padding-right: 1.6rem; }
#settings-block { grid-area: settings; }
#more h3 { font-size: 1rem; font-weight: 650; margin: 0.5rem 0 0; }
#stereo-views .modes { display: flex; flex-wrap: wrap; gap: 0.4rem; border: 0; padding: 0; margin: 0 0 0.6rem; }
#stereo-views legend { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
#stereo-views .modes label { cursor: pointer; }
#stereo-views .modes input { position: absolute; opacity: 0; }
#stereo-views .modes span {
  display: block; padding: 0.35rem 0.8rem; border-radius: 99px; border: 1px solid var(--border-color-primary);
}
#stereo-views .modes input:checked + span { background: var(--primary-600); border-color: var(--primary-600); color: white; }
#stereo-views .modes input:focus-visible + span { outline: 3px solid var(--primary-400); outline-offset: 1px; }
#stereo-views .views {
  --split: 50%; display: grid; grid-template-columns: 1fr; margin: 0 auto; max-height: 72vh; max-width: 100%;
  --aspect: 1.5; aspect-ratio: var(--aspect); border-radius: var(--radius-md); overflow: hidden; background: var(--background-fill-secondary);
}
#stereo-views .views img { grid-area: 1 / 1; width: 100%; height: 100%; object-fit: contain; margin: 0; min-width: 0; min-height: 0; }
#stereo-views img[hidden], #stereo-views .views:not([data-mode="anaglyph"]) .anaglyph { display: none; }
#stereo-views .views[data-mode="anaglyph"] :is(.left, .right) { display: none; }
#stereo-views .views[data-mode="wiggle"] .right { visibility: hidden; }
#stereo-views .views:is([data-mode="side"], [data-mode="cross"]) {
  grid-template-columns: 1fr 1fr; gap: 2px; aspect-ratio: calc(2 * var(--aspect));
}
#stereo-views .views[data-mode="side"] .right, #stereo-views .views[data-mode="cross"] .left { grid-area: 1 / 2; }
#stereo-views .views[data-mode="slide"] .right { clip-path: inset(0 0 0 var(--split)); }
#stereo-views .under { display: flex; flex-wrap: wrap; align-items: center; gap: 0.7rem; margin: 0.5rem 0 0; min-height: 2.2rem; }
#stereo-views .under [hidden] { display: none; }
#stereo-views .split { flex: 1 1 100%; accent-color: var(--primary-600); }
#stereo-views .stop { font-size: 0.95rem; font-weight: 600; padding: 0.3rem 0.9rem; border-radius: var(--radius-md); background: var(--button-secondary-background-fill); }
#stereo-views .hint { color: var(--body-text-color-subdued); font-size: 0.95em; }
@media (prefers-reduced-motion: no-preference) {
  #stereo-views .views[data-mode="wiggle"]:not(.still) .right { visibility: visible; animation: wiggle 0.36s steps(1) infinite; }
}
@keyframes wiggle { 0% { opacity: 0; } 50% { opacity: 1; } }
html:not([data-offers~="make-files"]) #make-files, html:not([data-offers~="make-comfortable"]) #make-comfortable { display: none; }
html:not([data-offers~="share"]) #share, html:not([data-offers~="prepare"]) #prepare { opacity: 0.5; pointer-events: none; }
html[data-unknown-photo] #result-block { opacity: 0; pointer-events: none; }
#result-block .wrap:has(> .error) { display: none; }
.files { list-style: none; margin: 0; padding: 0; }
.files li { margin: 0.2rem 0; }
.compare { --split: 50%; position: relative; display: grid; margin: 0 auto; max-width: calc(640px * var(--aspect)); }
.compare img { grid-area: 1 / 1; width: 100%; aspect-ratio: var(--aspect); margin: 0; border-radius: var(--radius-md); }
.compare .over { clip-path: inset(0 0 0 var(--split)); }
.compare input { accent-color: var(--primary-600); margin: 0.5rem 0 0; }
.compare figcaption { color: var(--body-text-color-subdued); font-size: 0.95em; }
#comfort .score { display: flex; align-items: center; gap: 1rem; margin: 0 0 0.4rem; }
#comfort .ring {
  flex: none; display: grid; place-items: center; width: 84px; height: 84px; border-radius: 50%;
  background: radial-gradient(closest-side, var(--body-background-fill) 78%, transparent 79%),
    conic-gradient(var(--primary-500) calc(var(--score) * 1%), var(--border-color-primary) 0);
  font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums;
}
#comfort h3 { font-size: 1.05rem; font-weight: 650; margin: 0; }
#comfort :is(p, li) { margin: 0.2rem 0; }
#comfort ul { margin: 0; padding-left: 1.1rem; list-style: disc; }
#metrics-table svg { width: 100%; height: auto; display: block; }
#metrics-table .axis { display: grid; grid-template-columns: 1fr auto 1fr; font-size: 0.85rem; }
#metrics-table .axis span:last-child { text-align: right; }
#metrics-table figcaption { color: var(--body-text-color-subdued); font-size: 0.95em; }
#metrics-table figure { margin: 0.6rem 0; }
#metrics-table table, #depth-errors table {
  width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0;
}
:is(#metrics-table, #depth-errors) :is(table, thead, tbody, tr) { border: 0 !important; }
:is(#metrics-table, #depth-errors) caption { text-align: left; padding: 1rem 0 0.4rem; color: var(--body-text-color-subdued); }
:is(#metrics-table, #depth-errors) :is(th, td) {
  text-align: left; padding: 0.5rem 0.6rem; border: 0 !important;
  border-bottom: 1px solid var(--border-color-primary) !important;
}
:is(#metrics-table, #depth-errors) :is(th, td):first-child { padding-left: 0; }
:is(#metrics-table, #depth-errors) .number { text-align: right !important; white-space: nowrap; }
:is(#metrics-table, #depth-errors) .range { color: var(--body-text-color-subdued); font-weight: 400; font-size: 0.9em; }
#edge-picture img { width: 100%; }
#edge-picture ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; list-style: none; margin: 0; padding: 0; }
#edge-picture li { display: flex; align-items: center; gap: 0.45rem; margin: 0; }
#edge-picture li span { width: 0.9rem; height: 0.9rem; border-radius: 3px; }
#examples .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(72px, 1fr)); gap: 0.4rem; }
#examples :is(.gallery-item, .container, img) {
  width: 100% !important; max-width: none !important; height: 64px !important;
}
#examples .gallery-item span { display: block; width: 100%; }
#examples img { object-fit: cover !important; }
.action {
  display: inline-block; padding: 0.55rem 1.1rem; margin: 0 0.5rem 0.3rem 0; border-radius: var(--radius-md);
  background: var(--button-primary-background-fill); color: white !important; font-weight: 600; text-decoration: none;
}
.action:hover { background: var(--button-primary-background-fill-hover); }
.link-card { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; padding: 0.8rem 0; }
.link-card > div { flex: 1 1 260px; min-width: 0; }
.link-card > img { border-radius: var(--radius-md); border: 1px solid var(--border-color-primary); }
.link-card a:not(.action) { margin: 0; padding: 0; }
.copy { display: flex; gap: 0.5rem; margin: 0.4rem 0; }
.copy input {
  flex: 1; min-width: 0; padding: 0.45rem 0.6rem; border: 1px solid var(--border-color-primary);
  border-radius: var(--radius-md); background: var(--input-background-fill); color: var(--body-text-color);
}
.copy button {
  padding: 0.45rem 0.9rem; border-radius: var(--radius-md); background: var(--button-secondary-background-fill);
}
.devices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 0.7rem; }
.devices section {
  border: 1px solid var(--border-color-primary); border-radius: var(--radius-md); padding: 0.7rem 0.9rem;
}
.devices h3 { font-size: 1rem; font-weight: 650; margin: 0; }
.devices p { color: var(--body-text-color-subdued); font-size: 0.92em; margin: 0.2rem 0; }
.devices ul { list-style: none; margin: 0.3rem 0 0; padding: 0; }
.devices li { margin: 0.15rem 0; }
.devices a { margin: 0; padding: 0; }
.devices small { color: var(--body-text-color-subdued); }
footer .divider { display: none !important; }
.empty { padding: 3.5rem 1rem; text-align: center; color: var(--body-text-color-subdued); }
@media (max-width: 860px) {
  .gradio-container { padding: 0.25rem !important; }
  #stage {
    grid-template-columns: minmax(0, 1fr); grid-template-rows: none;
    grid-template-areas: "photo" "result" "choice" "settings";
  }
  #photo { height: 210px !important; }
  #start button { padding-left: 0.4rem; padding-right: 0.4rem; font-size: 1.02rem; white-space: nowrap; }
  #accepted { display: none; }
  #tabs .tab-wrapper button { padding: 0 0.55rem; font-size: 0.92rem; }
  :is(#metrics-table, #depth-errors) .range { display: none; }
  :is(#metrics-table, #depth-errors) .number { white-space: normal; }
  :is(#metrics-table, #depth-errors) :is(th, td) { padding: 0.45rem 0.35rem; font-size: 0.92rem; }
}
"""


def theme() -> gr.themes.Base:
    """Return the theme: neutral greys, one accent, no font from outside."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        secondary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover_dark="*primary_400",
        button_primary_text_color="white",
        body_text_color_subdued="*neutral_500",
        block_info_text_color="*neutral_500",
        block_title_text_color="*neutral_800",
        block_label_text_color="*neutral_600",
        block_title_text_weight="600",
        block_border_width="1px",
        block_shadow="none",
    )
