from __future__ import annotations

from commandwall.rtsp.client import RtspClient
from tests.unit.rtsp.camera import Camera, interleaved, media
from tests.unit.rtsp.watcher import Watcher, request_for


async def test_metadata_tracks_are_left_alone(camera: Camera) -> None:
    """As ONVIF cameras describe them, in front of the video and behind it."""
    metadata = (
        "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:track3\r\n"
        "a=recvonly\r\n"
    )
    camera.sdp = camera.sdp.replace("m=video", f"{metadata}m=video") + metadata
    camera.after_play = interleaved(4, b"<tt:MetadataStream/>") + media("K")
    watcher = Watcher()
    async with RtspClient.open(request_for(camera), on_access_unit=watcher) as session:
        await watcher.until(1)
        assert (session.unassigned_frames, session.stats.malformed) == (1, 0)
    assert [request.url for request in camera.requests if request.method == "SETUP"] == [
        f"{camera.url}/video"
    ]
