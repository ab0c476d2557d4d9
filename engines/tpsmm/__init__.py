"""The Thin-Plate Spline Motion Model as an engine: adapters around the library tpsmm/."""
