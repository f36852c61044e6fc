"""The reference pages, written from what the code declares: settings, cmdlets, roles, errors, denials. Reads everything, runs nothing."""
