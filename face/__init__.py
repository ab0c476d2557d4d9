"""What is known of faces, by no engine alone.

From bottom to top: topology (which point is what), canonical (shapes without pose), color (skin and lips), performance
(what a performer does), turns (who sings), rig (a portrait made movable), retargeting (where every point goes),
calibration (a second look), reference (which frame counts as neutral).
"""
