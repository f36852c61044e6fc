"""Surfaces for administrators."""
