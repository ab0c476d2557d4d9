"""The ground floor: values and rules that every other floor shares. Imports nothing of the project."""
