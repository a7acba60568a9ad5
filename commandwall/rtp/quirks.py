"""What a camera does that no standard has, or few cameras do, and that is borne silently."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """One thing that was borne; the value says it in words."""

    OPTIONS_REFUSED = "OPTIONS is not answered with 200"
    NO_CONTENT_TYPE = "DESCRIBE: the answer has no Content-Type"
    BASE_WITHOUT_SCHEME = "DESCRIBE: Content-Base is no URL, and is passed over"
    LINE_ENDS = "SDP: lines end in spaces or in a bare line feed"
    STRANGE_LINES = "SDP: it has lines that are none"
    NO_CONTROL = "SDP: the track has no a=control"
    ABSOLUTE_CONTROL = "SDP: the track is named by a whole URL"
    CONTROL_WITH_SLASH = "SDP: the track's a=control begins with a slash"
    NO_PARAMETER_SETS = "SDP: no parameter sets; they come with the pictures"
    SESSION_CHANGES = "the session id changes from one answer to the next"
    NO_MARKERS = "RTP: no marker bit at the end of pictures"
    EXTRA_MARKERS = "RTP: marker bits within pictures"
    EMPTY_PAYLOADS = "RTP: packets without content"
    START_CODES = "RTP: start codes in front of NAL units"
    TRAILING_BYTES = "zero bytes behind parameter sets"
