"""What is said of talking to the street in Chinese; :mod:`commandwall.base.chinese` takes it in."""

from __future__ import annotations

TALK: dict[str, str] = {
    "the camera has no audio backchannel: no loudspeaker, or it is switched off": (
        "摄像机没有音频回传通道：没有扬声器，或已关闭"
    ),
    "the camera's loudspeaker takes {named}; set it to G.711 (PCMU or PCMA) of 8 kHz": (
        "摄像机扬声器接受 {named}，请将其设为 8 kHz 的 G.711（PCMU 或 PCMA）"
    ),
    "the camera does not have what is required for this": "摄像机不具备所需的功能",
    "camera {id!r} is not received; its loudspeaker neither": "未接收摄像机 {id!r}，无法使用其扬声器",
    "nobody listens at the address of the loudspeaker": "扬声器地址无人接收",
    "the loudspeaker cannot be reached: {error}": "无法到达扬声器：{error}",
    "{name} talks at {loudspeaker}; end that first, or wait until it is over": (
        "{name} 正在 {loudspeaker} 喊话，请先结束它，或等待其结束"
    ),
    "no conference {id!r} is open": "没有进行中的会议 {id!r}",
    "no loudspeaker {id!r} has announced itself": "没有名为 {id!r} 的扬声器上报",
    "there are {most} loudspeakers; take some away first": "已有 {most} 个扬声器，请先移除一些",
    "must be rtp://IP-ADDRESS:PORT": "必须写作 rtp://IP地址:端口",
    "must have a port from 1024 to 65534": "端口必须在 1024 到 65534 之间",
    "must be the address of one loudspeaker or of a multicast group": "必须是一个扬声器或组播组的地址",
}
