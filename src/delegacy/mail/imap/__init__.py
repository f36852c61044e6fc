"""The IMAP server."""
