"""A campaign against hostile input: valid inputs of every kind are damaged and given to what reads
them, in processes with limits of time and memory."""
