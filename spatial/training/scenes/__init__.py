"""Procedural scenes: pictures of made-up places with their true inverse depth, made on the fly.

`textures` -> `scene` -> `things`, `living` -> `foreground` -> `street`, `nature`, `room`, `closeup`
-> `places` -> `raycast` -> `camera` -> `render` -> `cache`; each file imports only earlier ones.
"""
