"""WebRTC: the only place for aiortc. WHEP gives heads and cameras out, WHIP takes screens in."""
