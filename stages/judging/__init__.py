"""Looking at results again."""
