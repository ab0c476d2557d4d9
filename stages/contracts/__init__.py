"""The typed contract of each stage, a file a stage, named as the stage: its settings, inputs, facts and what it makes.

They need no library, so that planning is quick; the work itself is in the stage's own file.
"""
