"""Links between the conferences of daemons: what their ends say to each other."""
