"""An engine as a newcomer would write one: tests put this package among the engines of a copy of the project."""
