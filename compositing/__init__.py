"""Arrays in, arrays out: pasting, masks, grain, panels, scenes, transitions, text over the picture."""
