"""Timing: schedules of processes, simulation of designs, FIFO depths, freedom from deadlock."""
