"""From a song, its words and portraits to a manifest: who sings what, and who is seen when."""
