"""What a design costs in time: schedules of processes, and designs that are played through."""
