"""The composition root: which concrete classes there are, and in which order they start and stop."""
