"""What every other package may use: errors, clocks, task supervision, logs."""
