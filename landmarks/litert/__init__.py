"""The networks of MediaPipe's face landmarker on LiteRT, without MediaPipe: what lies between them is done here.

What is computed, and every constant, is MediaPipe 0.10's (FaceDetector, FaceLandmarker, Face Geometry); a test compares
each step where that library is installed. Left out is its smoothing over time.
"""
