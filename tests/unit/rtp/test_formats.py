from __future__ import annotations

import pytest

from commandwall.base.errors import UnsupportedError
from commandwall.rtp.formats import VIDEO_FORMATS, video_format
from commandwall.rtp.h264 import H264Format


def test_what_is_taken_is_named_as_ffmpeg_names_it() -> None:
    assert isinstance(video_format("H264", {}), H264Format)
    names = [video_format(encoding, {}).parameters.name for encoding in VIDEO_FORMATS]
    assert names == ["h264", "hevc", "mjpeg"]


@pytest.mark.parametrize("encoding", ["H263", "MP4V-ES", "", "X" * 500])
def test_every_other_codec_is_refused_by_name(encoding: str) -> None:
    with pytest.raises(UnsupportedError, match=encoding[:40] or "without a name") as refusal:
        video_format(encoding, {})
    assert all(name in str(refusal.value) for name in VIDEO_FORMATS)
    assert len(str(refusal.value)) < 160
