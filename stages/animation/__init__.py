"""Moving the portrait."""
