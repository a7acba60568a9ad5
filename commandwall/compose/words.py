"""The words that a wall writes, in its language (``zh`` or ``en``)."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.model.overlays import AlarmLevel
from commandwall.model.reason import ZH, Reason, ReasonCode
from commandwall.model.wall import TileState

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one language.

    ``states`` are the short words of a strip, ``headlines`` the large ones across a tile, ``live`` the
    word of a live tile where that is asked for. ``hidden`` stands on tiles that a head does not show,
    ``hand`` and ``recording`` on those of participants of a conference.
    """

    states: dict[TileState, str]
    headlines: dict[TileState, str]
    alarms: dict[AlarmLevel, str]
    banners: dict[AlarmLevel, str]
    live: str
    damaged: str
    loss: str
    hidden: str
    hand: str
    recording: str
    no_memory: str
    seconds: str
    days: str
    chinese: bool

    def age(self, age_s: int) -> str:
        """Return an age, short: ``12 s``, ``3:20``, ``2:05:10``, ``4 d``."""
        if age_s < _MINUTE_S:
            return f"{age_s}{self.seconds}"
        minutes, seconds = divmod(age_s, _MINUTE_S)
        if age_s < _HOUR_S:
            return f"{minutes}:{seconds:02}"
        if age_s < _DAY_S:
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        return f"{age_s // _DAY_S}{self.days}"

    def reason(self, reason: Reason) -> str:
        """Return the plain wording of ``reason``, without its detail: a wall is read from afar.

        That a feed is being opened says no more than that it is connecting, so it has no words.
        """
        if reason.code is ReasonCode.OPENING:
            return ""
        return ZH[reason.code] if self.chinese else _capital(reason.code)


def _capital(code: ReasonCode) -> str:
    return code[:1].upper() + code[1:]


_ZH = Words(
    states={
        TileState.LIVE: "",
        TileState.LATE: "延迟",
        TileState.FROZEN: "冻结",
        TileState.LOST: "中断",
        TileState.CONNECTING: "连接中",
        TileState.EMPTY: "",
    },
    headlines={TileState.LOST: "信号中断", TileState.CONNECTING: "正在连接"},
    alarms={AlarmLevel.INFO: "提示", AlarmLevel.WARNING: "警告", AlarmLevel.CRITICAL: "报警"},
    banners={AlarmLevel.INFO: "通知", AlarmLevel.WARNING: "预警", AlarmLevel.CRITICAL: "紧急"},
    live="实时",
    damaged="损坏",
    loss="丢包",
    hidden="不予显示",
    hand="举手",
    recording="● 录制中",
    no_memory="画面通道不可用",
    seconds=" 秒",
    days=" 天",
    chinese=True,
)
_EN = Words(
    states={
        TileState.LIVE: "",
        TileState.LATE: "LATE",
        TileState.FROZEN: "FROZEN",
        TileState.LOST: "LOST",
        TileState.CONNECTING: "CONNECTING",
        TileState.EMPTY: "",
    },
    headlines={TileState.LOST: "NO SIGNAL", TileState.CONNECTING: "Connecting"},
    alarms={AlarmLevel.INFO: "INFO", AlarmLevel.WARNING: "WARNING", AlarmLevel.CRITICAL: "ALARM"},
    banners={AlarmLevel.INFO: "NOTICE", AlarmLevel.WARNING: "WARNING", AlarmLevel.CRITICAL: "URGENT"},
    live="LIVE",
    damaged="DAMAGED",
    loss="LOSS",
    hidden="HIDDEN",
    hand="HAND",
    recording="● REC",
    no_memory="Picture channel is gone",
    seconds=" s",
    days=" d",
    chinese=False,
)


def words_of(language: str) -> Words:
    """Return the words of ``language``; English for any but ``zh``."""
    return _ZH if language == "zh" else _EN
