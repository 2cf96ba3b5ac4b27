"""What the people who help see: conversations of all users, how they went, and what happened behind them."""
