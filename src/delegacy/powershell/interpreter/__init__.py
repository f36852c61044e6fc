"""Runs syntax trees: scopes, pipelines, script blocks, and the streams of what they run."""
