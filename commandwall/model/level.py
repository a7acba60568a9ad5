"""Levels: how serious something is that a panel or a map shows."""

from __future__ import annotations

from enum import StrEnum


class PanelLevel(StrEnum):
    """How serious a value is; from notice on, the four colours of public warnings (蓝黄橙红)."""

    NORMAL = "normal"
    NOTICE = "notice"
    CAUTION = "caution"
    WARNING = "warning"
    ALARM = "alarm"
