"""How good a result is: the measures, each defined once, for the check stage, the report, `compare` and the bench."""
