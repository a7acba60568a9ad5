"""``make bench``: what the wall costs and how fast it is, beside FFmpeg and GStreamer on the same streams."""
