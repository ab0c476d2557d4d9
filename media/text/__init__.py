"""Lyrics, captions and fonts."""
