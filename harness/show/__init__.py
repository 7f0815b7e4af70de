"""Reference pages for the terminal: an operation's contract, or a clause, with who passes in a run."""
