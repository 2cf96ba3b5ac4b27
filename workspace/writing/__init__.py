"""Tables to files: for people, for other programs, and for annotation tools."""
