"""The pure deciders: facts in, decision out."""
