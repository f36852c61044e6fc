"""The revisions of the directory's schema."""
