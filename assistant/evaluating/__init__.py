"""How good a chat model is at this work: conversations kept as data, held with it, judged by what is true at the end."""
