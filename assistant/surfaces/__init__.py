"""Where a conversation is held: each surface translates, none decides."""
