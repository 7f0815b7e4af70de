"""Operations that are more than one function of the oracle: what each asks of its inputs, and what it answers."""
