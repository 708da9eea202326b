"""Looks of the page: one restrained theme, light and dark, made of system fonts only."""

import gradio as gr

from spatial.web.files import static_file

_SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

STYLE = static_file("page.css")


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
