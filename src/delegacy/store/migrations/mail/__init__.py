"""The revisions of the mail store's schema."""
