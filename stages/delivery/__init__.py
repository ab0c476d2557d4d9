"""Scenes, sound and the delivered file."""
