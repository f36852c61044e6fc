"""Mailbox delegation as Exchange Server has it."""

__version__ = "0.1.0"
