"""The two buses that join the processes: messages and packets on sockets, pictures in memory."""
