"""RTP (RFC 3550): packets, RTCP, order and loss, and the payload formats of the codecs taken."""
