"""The directory's values: recipients, principals, access control lists, and the ports to the outside."""
