"""Pictures composed fresh for every batch: cut-outs and pages before backgrounds of known depth.

Rooms and streets bring measured or worked-out depth, procedural scenes their own; a blurred photo
serves as a far background, a photo on a slanted plane as a picture of a picture: there brightness
is not depth. One to three bodies stand on the ground or float nearer than all that they cover.
Depth is relative inverse depth throughout.
"""
