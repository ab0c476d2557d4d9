"""Ordering and running the training of a network."""
