"""How good a chat model is at this work: conversations kept as data, judged by what is true at their end."""
