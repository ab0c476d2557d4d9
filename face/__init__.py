"""What is known of faces, by no engine alone.

From bottom to top: topology (which point is what), canonical (shapes without pose), eye_style (how eyes look and move),
color (skin and lips), observed and palette (the light that a mouth stands in), grain (of the portrait), relight (a
mouth's inside in another face's light), mouth_patch (what falls into an open mouth), shut_lips (landmarks on the seam),
performance (what a performer does), turns (who sings), rig (a portrait made movable), retargeting (where every point
goes), calibration (a second look), reference (which frame counts as neutral).
"""
