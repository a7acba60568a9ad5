"""Data panels: what is not video, painted into picture slots like a camera's pictures."""
