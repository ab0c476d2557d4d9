"""Results as a person sees them."""
