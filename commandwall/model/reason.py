"""Reasons: why a feed is not live, in words that an operator can act on, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.sentence import Sentence


class ReasonCode(StrEnum):
    """What keeps a feed from being live, or is wrong although it is; the value is the English wording."""

    NONE = ""
    DISABLED = "switched off in the configuration"
    ON_DEMAND = "opened when shown"
    OPENING = "opening"
    NO_KEY_FRAME = "waiting for a key frame"
    NO_ROUTE = "no route to the camera"
    REFUSED_CONNECTION = "connection refused"
    TIMEOUT = "camera does not answer"
    WRONG_PASSWORD = "wrong password"
    UNTRUSTED = "certificate is not trusted"
    NOT_FOUND = "no such stream on the camera"
    NO_TLS = "TLS handshake failed"
    BUSY = "camera has no free session"
    UNSUPPORTED = "unsupported codec"
    PROTOCOL = "camera breaks the protocol"
    NO_FRAMES = "no frames arrive"
    CLOSED = "camera closed the connection"
    FLAPPING = "comes and goes"
    WORKER_DOWN = "worker process is restarting"
    CLOCK_OFF = "camera's clock is wrong"
    SHARE_ENDED = "screen share ended"
    NOT_JOINED = "not in the conference yet"
    NO_CAMERA = "sends no picture"
    NO_CONTENT = "no content is shown"
    AWAY = "connection to the conference lost"
    LEFT = "left the conference"
    NO_LOUDSPEAKER = "no loudspeaker to talk to"
    LOCAL = "fault of this server"
    NO_FEED = "the link does not carry this picture by itself"


ZH: dict[ReasonCode, str] = {
    ReasonCode.NONE: "",
    ReasonCode.DISABLED: "已在配置中停用",
    ReasonCode.ON_DEMAND: "显示时才打开",
    ReasonCode.OPENING: "正在连接",
    ReasonCode.NO_KEY_FRAME: "等待关键帧",
    ReasonCode.NO_ROUTE: "网络不通",
    ReasonCode.REFUSED_CONNECTION: "连接被拒绝",
    ReasonCode.TIMEOUT: "摄像机无应答",
    ReasonCode.WRONG_PASSWORD: "密码错误",
    ReasonCode.UNTRUSTED: "证书不受信任",
    ReasonCode.NOT_FOUND: "摄像机上没有此码流",
    ReasonCode.NO_TLS: "TLS 握手失败",
    ReasonCode.BUSY: "摄像机会话已满",
    ReasonCode.UNSUPPORTED: "不支持的编码",
    ReasonCode.PROTOCOL: "摄像机协议错误",
    ReasonCode.NO_FRAMES: "收不到画面",
    ReasonCode.CLOSED: "摄像机断开连接",
    ReasonCode.FLAPPING: "反复断线",
    ReasonCode.WORKER_DOWN: "工作进程正在重启",
    ReasonCode.CLOCK_OFF: "摄像机时钟不准",
    ReasonCode.SHARE_ENDED: "共享屏幕已结束",
    ReasonCode.NOT_JOINED: "尚未入会",
    ReasonCode.NO_CAMERA: "未发送画面",
    ReasonCode.NO_CONTENT: "没有共享内容",
    ReasonCode.AWAY: "与会议的连接中断",
    ReasonCode.LEFT: "已离开会议",
    ReasonCode.NO_LOUDSPEAKER: "没有可喊话的扬声器",
    ReasonCode.LOCAL: "本服务器故障",
    ReasonCode.NO_FEED: "链路未单独传送此画面",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is; ``detail`` names step and figures, and never a credential.

    ``detail_zh`` is the detail in Chinese, ``""`` where it is the same in both languages.
    """

    code: ReasonCode = ReasonCode.NONE
    detail: str = ""
    detail_zh: str = ""

    @classmethod
    def of(cls, code: ReasonCode, detail: Sentence) -> Reason:
        """Return the reason with a detail in both languages."""
        return cls(code, str(detail), detail.zh if detail.zh != detail else "")

    @property
    def en(self) -> str:
        """The wording in English, with the detail."""
        return f"{self.code}: {self.detail}" if self.detail else str(self.code)

    @property
    def zh(self) -> str:
        """The wording in Chinese, with the detail."""
        words = ZH[self.code]
        detail = self.detail_zh or self.detail
        return f"{words}：{detail}" if detail else words
