"""The one machinery of supervised worker processes: both its ends."""
