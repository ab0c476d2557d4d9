"""The default engine: needs a portrait, a clip and their landmarks, and no trained weights.

From bottom to top: topology (which point is what), canonical (shapes without pose), driver (what the performer does),
rig (the portrait made movable), retarget (where every point goes), mesh and surroundings (the warp), eyes and mouth
(the layers that a warp cannot make), renderer (a frame), calibrate (a second look), engine (the contract).
"""
