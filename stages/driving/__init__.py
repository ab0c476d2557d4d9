"""From a driving clip to a followed face at a constant rate."""
