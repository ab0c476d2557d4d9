"""The ffmpeg binary: argument lists, codecs and encoders, running it."""
