"""The words of the command centre as plain data: no I/O, no clocks, no third-party imports."""
