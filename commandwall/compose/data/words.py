"""The words that data panels write, in the wall's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from commandwall.model.camera import FeedState

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


@dataclass(frozen=True, slots=True)
class PanelWords:
    """The vocabulary of one language. ``units`` are those of ages: second, minute, hour, day."""

    no_value: str
    stale: str
    received: str
    more_rows: str
    highest: str
    lowest: str
    units: tuple[str, str, str, str]
    date: Callable[[datetime], str]
    cameras: dict[FeedState, str]

    def age(self, age_s: int) -> str:
        """Return an age in its largest whole unit: ``12 s``, ``3 min``, ``2 h``, ``4 d``."""
        sizes = (1, _MINUTE_S, _HOUR_S, _DAY_S)
        size, unit = next(
            (s, u) for s, u in reversed([*zip(sizes, self.units, strict=True)]) if age_s >= s or s == 1
        )
        return f"{age_s // size} {unit}"


_ZH = PanelWords(
    no_value="暂无数据",
    stale="数据已过期",
    received="收到",
    more_rows="另有 {count} 行",
    highest="最高",
    lowest="最低",
    units=("秒", "分钟", "小时", "天"),
    date=lambda day: f"{day.year}年{day.month}月{day.day}日 {_WEEKDAYS[day.weekday()]}",
    cameras={FeedState.LIVE: "正常", FeedState.STALLED: "延迟", FeedState.LOST: "中断"},
)
_EN = PanelWords(
    no_value="No data yet",
    stale="STALE",
    received="received",
    more_rows="{count} more",
    highest="high",
    lowest="low",
    units=("s", "min", "h", "d"),
    date=lambda day: f"{day:%A} {day.day} {day:%B %Y}",
    cameras={FeedState.LIVE: "live", FeedState.STALLED: "late", FeedState.LOST: "lost"},
)


def panel_words(language: str) -> PanelWords:
    """Return the words of ``language``; English for any but ``zh``."""
    return _ZH if language == "zh" else _EN
