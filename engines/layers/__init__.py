"""What no warp can make of a face, drawn where an engine knows its landmarks to be: gaze, lids, the mouth's inside.

From bottom to top: mesh (triangles on a raster), laying (pixels over a picture), lids, eyes, lips, teeth, mouth, seen
(what is stored of both faces), shutting (an open mouth shut beforehand), layers (all of it, laid into a frame).
"""
