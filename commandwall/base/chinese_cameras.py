"""What is said in Chinese of a camera: why it, or its sound, is not received. By the English template."""

from __future__ import annotations

CAMERAS: dict[str, str] = {
    "for {for_s:.0f} s": "已 {for_s:.0f} 秒",
    "feed {name!r} is not received by this worker": "此接入进程不接收码流 {name!r}",
    "the camera ended the stream": "摄像机结束了码流",
    "unforeseen {kind}; the log has more": "未预料的错误 {kind}，详见日志",
    "the session was open but silent": "会话已建立，但没有数据",
    "lost {count} times within {within_s:.0f} s, at last: {reason}": (
        "{within_s:.0f} 秒内断开 {count} 次，最近一次：{reason}"
    ),
    "{where} does not answer within {timeout_s:g} s": "{where} 在 {timeout_s:g} 秒内没有应答",
    "{method}: no answer within {timeout_s:g} s": "{method}：{timeout_s:g} 秒内没有应答",
    "{method}: {response}: {words}{where}": "{method}：{response}：{words}{where}",
    "the camera does not let this user in": "摄像机不允许此用户访问",
    "the camera has no stream at this path": "摄像机在此路径上没有码流",
    "the camera takes no more sessions": "摄像机不再接受新的会话",
    "the camera forgot the session": "摄像机已丢失此会话",
    "the camera does not offer this transport; try another": "摄像机不支持此传输方式，请换一种",
    "the camera is busy": "摄像机正忙",
    "{method}: 401: the camera asks for a user and a password; none are set": (
        "{method}：401：摄像机要求用户名和密码，但尚未设置"
    ),
    "{method}: 401: the camera offers no way to sign in that is known here": (
        "{method}：401：摄像机没有提供可用的登录方式"
    ),
    "{method}: 401 after credentials were sent: wrong password for user {user!r}, or no such user on"
    " the camera": "{method}：发送凭据后仍返回 401：用户 {user!r} 的密码错误，或摄像机上没有此用户",
    "DESCRIBE: the stream has no video track": "DESCRIBE：码流中没有视频轨道",
    "DESCRIBE: {reason}": "DESCRIBE：{reason}",
    "DESCRIBE: sound: {reason}": "DESCRIBE：声音：{reason}",
    "the profile {profile!a} is not taken, only RTP/AVP": "不支持 {profile!a}，只支持 RTP/AVP",
    "unsupported codec {named}; set the camera to one of: {taken}": (
        "不支持的编码 {named}，请将摄像机设为以下之一：{taken}"
    ),
    "(none named)": "（未注明）",
    "codec {named} is not taken; set the camera to {taken}": "不支持编码 {named}，请将摄像机设为 {taken}",
    "SETUP: the camera sends two tracks on channel {channel}": "SETUP：摄像机在通道 {channel} 上发送两条轨道",
    "SETUP: the camera sends to a multicast group only; use multicast or tcp": (
        "SETUP：摄像机只支持组播，请用 multicast 或 tcp"
    ),
    "SETUP: asked for multicast, the camera gives unicast; use tcp or udp": (
        "SETUP：请求组播，摄像机给出单播，请用 tcp 或 udp"
    ),
    "SETUP: the camera names no multicast group and port; use tcp or udp": (
        "SETUP：摄像机没有给出组播地址和端口，请用 tcp 或 udp"
    ),
    "SETUP: asked for {wanted}, the camera gives {given}": "SETUP：请求 {wanted}，摄像机给出 {given}",
    "{name} of {clock_hz} Hz and {channels} channels is not taken": (
        "不支持 {clock_hz} Hz、{channels} 声道的 {name}"
    ),
    "opus with a clock of {clock_hz} Hz is not taken, only {taken_hz}": (
        "不支持时钟为 {clock_hz} Hz 的 Opus，只支持 {taken_hz}"
    ),
    "AAC with headers other than those of AAC-hbr and AAC-lbr is not taken": (
        "只支持 AAC-hbr 和 AAC-lbr 的 AAC 头部"
    ),
    "AAC in LATM with its configuration in band is not taken": "不支持带内配置的 LATM AAC",
    "AAC whose {name} is not a number of bits is not taken": "AAC 的 {name} 不是比特数，不支持",
    "AAC in LATM of more than one program or layer is not taken": "不支持多个节目或多层的 LATM AAC",
    "AAC in LATM whose config ends too early is not taken": "LATM AAC 的 config 不完整，不支持",
    "AAC in LATM with frames of fixed length, or other data, is not taken": (
        "不支持定长帧或带其他数据的 LATM AAC"
    ),
    "AAC whose config is not hexadecimal is not taken": "AAC 的 config 不是十六进制，不支持",
    "AAC whose config ends too early is not taken": "AAC 的 config 不完整，不支持",
    "AAC of object type {kind} and channel layout {layout} is not taken": (
        "不支持对象类型 {kind}、声道布局 {layout} 的 AAC"
    ),
    "AAC of {rate_hz} Hz is not taken": "不支持 {rate_hz} Hz 的 AAC",
}
