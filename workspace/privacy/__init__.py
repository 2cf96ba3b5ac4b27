"""Personal data in texts: finding it, and hiding it."""
