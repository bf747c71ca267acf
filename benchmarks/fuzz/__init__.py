"""A fuzzing campaign: valid inputs of every kind are damaged and passed to the code that reads
them, in processes with limits of time and memory."""
