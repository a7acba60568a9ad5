"""What is said of WebRTC and shared screens in Chinese; :mod:`commandwall.base.chinese` takes it in."""

from __future__ import annotations

WEBRTC: dict[str, str] = {
    "share a screen": "共享屏幕",
    "no screen is called {id!r}; it is made by being shared": "没有名为 {id!r} 的共享屏幕，共享时自动建立",
    "screen {id!r} is shared by {name}; choose another id": "屏幕 {id!r} 正由 {name} 共享，请换一个编号",
    "camera {id!r} has {streams}": "摄像机 {id!r} 只有 {streams}",
    "send the offer as application/sdp": "请以 application/sdp 发送 offer",
    "send candidates as application/trickle-ice-sdpfrag": (
        "请以 application/trickle-ice-sdpfrag 发送候选地址"
    ),
    "this is no SDP: an offer begins with v=0": "这不是 SDP：offer 以 v=0 开头",
    "the entity tag is another one than this session's": "实体标签与此会话不符",
    "this session is over; ask anew": "此会话已结束，请重新请求",
    "{most} WebRTC sessions are open; end some of them": "已有 {most} 个 WebRTC 会话，请先结束一些",
    "WebRTC cannot be had; see the log of the rtc process": "无法使用 WebRTC，详见 rtc 进程的日志",
    "aiortc {version} was not tried with WebRTC here; install aiortc {tested}": (
        "aiortc {version} 未经此处 WebRTC 验证，请安装 aiortc {tested}"
    ),
    "aiortc {version} lacks {what}, which WebRTC here relies on; install aiortc {tested}": (
        "aiortc {version} 缺少此处 WebRTC 依赖的 {what}，请安装 aiortc {tested}"
    ),
    "there is no picture to send now; see its state and reason": "现在没有可发送的画面，请查看其状态和原因",
    "{codec} is not sent to browsers, only H.264 and H.265": (
        "浏览器不能播放 {codec}，只能播放 H.264 和 H.265"
    ),
    "it is {codec} now; ask for it anew": "编码已变为 {codec}，请重新请求",
    "it is {codec}, and sent only as {wanted}": "编码是 {codec}，而只能以 {wanted} 发送",
    "the picture is {codec}, which the offer does not have ({offered}); use a browser that takes it": (
        "画面是 {codec}，而 offer 中没有（{offered}），请使用支持它的浏览器"
    ),
    "the offer has {offered}, but no H.264 of packetization-mode 1; share from a browser with it": (
        "offer 中有 {offered}，但没有 packetization-mode 为 1 的 H.264，请用支持它的浏览器共享"
    ),
    "this is not an offer that can be answered: {why}": "无法应答此 offer：{why}",
    "more than {most} lines of {begins}": "{begins} 超过 {most} 行",
    "the offer cannot be answered: {why}": "无法应答此 offer：{why}",
    "the offer has {count} {kind} sections; one is taken": "offer 中有 {count} 个 {kind} 段，只接受一个",
    "the offer has neither picture nor sound; offer one of them": "offer 中既无画面也无声音，请至少提供一种",
    "the offer has sound as {offered}, but no Opus; join with a browser or terminal that has it": (
        "offer 中的声音是 {offered}，但没有 Opus，请用支持 Opus 的浏览器或终端加入"
    ),
    "the picture is {codec} now, and this connection carries {agreed}; ask for it anew": (
        "画面编码已是 {codec}，而此连接传送的是 {agreed}，请重新请求"
    ),
    "this session sends no picture that could be another": "此会话不发送画面，无法切换",
    "this session has no offer that waits for an answer": "此会话没有等待应答的 offer",
    "the other system cannot be connected: {why}": "无法与对方系统建立连接：{why}",
    "the other system takes neither picture nor sound": "对方系统既不接受画面也不接受声音",
    "the offer has a section {kind!r}; video and audio are taken": (
        "offer 中有 {kind!r} 段，只接受视频和音频"
    ),
    "the {kind} section must be {direction}": "{kind} 段必须是 {direction}",
    "not a candidate: {line!r}": "不是候选地址：{line!r}",
    "more than {most} candidates": "候选地址超过 {most} 个",
    "ICE is not restarted here; delete this session and ask anew": (
        "此处不支持 ICE 重启，请删除会话后重新请求"
    ),
}
