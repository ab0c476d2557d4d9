"""The default engine: needs a portrait, a clip and their landmarks, and no trained weights.

On the floor face/, from bottom to top: mesh and surroundings (the warp), lids, eyes, lips, teeth and mouth (the layers
that a warp cannot make), renderer (a frame), plate (the frames of a moving plate), engine (the contract).
"""
