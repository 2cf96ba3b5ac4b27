"""What the chat model is told and what the guide says, as files."""
