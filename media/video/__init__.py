"""Frames in and out: decoding, colour, rates, lossless intermediates, encoding."""
