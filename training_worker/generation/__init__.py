"""Models that write: prompts and answers as tokens, low-rank learning, judging, writing."""
