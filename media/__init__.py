"""Pictures, video and sound in and out. Files are untrusted; time is exact; frames are uint8 RGB, (H, W, 3).

Reading goes through PyAV (exact timestamps, no child process); delivery and muxing through the ffmpeg binary, whose
argument lists are built by pure functions in `argv` and run by `run`.
"""
