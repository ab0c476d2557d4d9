"""What the user's files hold."""
