"""The commands of the language itself: on objects, text, data formats, files and variables."""
