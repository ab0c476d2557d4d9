"""The default engine: needs a portrait, a clip and their landmarks, and no trained weights.

On engines/layers, from bottom to top: surroundings and cutout (the warp around a face), renderer (a frame), plate (the
frames of a moving plate), engine (the contract).
"""
