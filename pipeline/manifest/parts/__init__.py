"""The manifest's parts: who performs, what is heard, what is seen when, what is written."""
