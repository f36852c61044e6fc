"""The management shell."""
