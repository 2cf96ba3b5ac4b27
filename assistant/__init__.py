"""The conversation, and every surface it is held on."""
