"""Training of the embedded depth model: data, scenes, losses, stages, the loop."""
