"""Procedural scenes: pictures of made-up places with their true inverse depth.

`textures` -> `scene` -> `objects`, `people_animals_plants` -> `foreground` -> `street`, `nature`,
`room`, `interior`, `closeup` -> `places` -> `raycast` -> `camera` -> `render` -> `cache`; each file
imports only earlier ones.
"""
