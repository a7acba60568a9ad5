"""Foreign conferences, each joined as one participant of ours."""
