"""Putting what moves back into the full picture."""
