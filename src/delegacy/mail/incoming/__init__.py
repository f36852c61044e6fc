"""SMTP for incoming mail."""
