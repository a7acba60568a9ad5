"""The wall process: newest tile pictures, overlays and the clock on a canvas, heads cut from it."""
