from __future__ import annotations

from commandwall.base.sentence import Sentence
from commandwall.model.reason import ZH, Reason, ReasonCode


def test_every_reason_has_chinese_words() -> None:
    assert set(ZH) == set(ReasonCode)


def test_a_detail_is_said_in_both_languages() -> None:
    reason = Reason.of(ReasonCode.NO_FRAMES, Sentence("for {for_s:.0f} s", for_s=4))
    assert (reason.en, reason.zh) == ("no frames arrive: for 4 s", "收不到画面：已 4 秒")


def test_a_detail_that_a_camera_says_is_the_same_in_both() -> None:
    reason = Reason.of(ReasonCode.PROTOCOL, Sentence("DESCRIBE: 418"))
    assert reason == Reason(ReasonCode.PROTOCOL, "DESCRIBE: 418")
    assert reason.zh == "摄像机协议错误：DESCRIBE: 418"
