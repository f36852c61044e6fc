"""A PowerShell language: parser, binder, interpreter and formatter. Knows nothing of mail."""
