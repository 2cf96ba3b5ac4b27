"""The subcommands of ``mtw``: each checks its arguments, calls the rest of the program, and prints."""
