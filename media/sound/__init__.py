"""Sound in and out: reading, cutting, mixing, loudness, the sample vocal."""
