"""Surfaces for mail."""
