"""Stand-ins for plug-ins, to test what surrounds them."""
