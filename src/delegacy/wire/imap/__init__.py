"""IMAP without I/O: command parser, response printer, fetch and search items."""
