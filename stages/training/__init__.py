"""Material to train on."""
