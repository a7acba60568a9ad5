"""RTSP 1.0 (RFC 2326): messages, SDP, authentication, the client and the server."""
