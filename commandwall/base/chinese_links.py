"""What is said in Chinese of links between conferences and of bridges to those of others."""

from __future__ import annotations

LINKS: dict[str, str] = {
    "a loop: {nodes} can be reached on both sides of this link; remove one of the links": (
        "形成环路：{nodes} 在此级联的两侧都能到达，请去掉其中一条级联"
    ),
    "a call has {most} nodes at most; end links that nobody needs": (
        "一次会议最多有 {most} 个节点，请断开不需要的级联"
    ),
    "the link carries {most} single pictures at most, and others need them; the whole site is shown": (
        "该级联最多同时传送 {most} 路单独画面，已被占用，现显示其所在会场的合成画面"
    ),
    "this picture was not asked for; the level above chooses what comes up": (
        "上级没有选看此画面；上送哪些单独画面由上级决定"
    ),
    "the media connection ended: {why}": "媒体连接已结束：{why}",
    "{place} cannot be reached: {why}": "无法连接 {place}：{why}",
    "{place} does not take the token; ask for a new one": "{place} 不接受此令牌，请索取新的令牌",
    "{place} has no such conference or participant": "{place} 没有所指的会议或与会者",
    "{place} does not serve now (status {status})": "{place} 暂不提供服务（状态 {status}）",
    "{place} refuses with status {status}": "{place} 拒绝请求（状态 {status}）",
    "{place} answers with {type}, not with SDP": "{place} 返回的是 {type}，不是 SDP",
    "{place} sends an answer without end": "{place} 的应答过长",
    "{place} closed the connection": "{place} 已关闭连接",
    "{place} sends what is no text": "{place} 发来的不是文本",
    "{place} does not speak the Janus API": "{place} 不使用 Janus 接口",
    "{place} sends more events than can be": "{place} 发来的事件过多",
    "{place} does not take the secret, the token or the PIN": "{place} 不接受密钥、令牌或 PIN",
    "Janus refuses ({code}): {reason}": "Janus 拒绝（{code}）：{reason}",
    "Janus hung up: {why}": "Janus 已挂断：{why}",
    "Janus answers without data": "Janus 的应答没有数据",
    "Janus answers without an id": "Janus 的应答没有编号",
    "no answer": "没有应答",
    'the room takes no H.264, which ours is: set videocodec = "h264" for it': (
        '该会议室不接受 H.264（本端画面的编码），请将其设为 videocodec = "h264"'
    ),
    '{name} sends {codec}; H.264 is taken: set videocodec = "h264" for the room': (
        '{name} 发送的是 {codec}，本端只接受 H.264，请将会议室设为 videocodec = "h264"'
    ),
    "the other end refuses the link: {why}": "对端拒绝级联：{why}",
    "the other end of the link says what is not understood ({place})": (
        "级联对端发来无法理解的内容（{place}）"
    ),
    "the other end of the link is of another release; bring both to one": (
        "级联对端的版本不同，请将两端升级到同一版本"
    ),
    "the other end of the link does not greet": "级联对端没有按协议问候",
    "the other end of the link does not greet in time": "级联对端没有及时问候",
    "the other end of the link does not read": "级联对端不接收消息",
    "the other end of the link does not answer": "级联对端没有应答",
    "the link was taken down at the other end": "级联已被对端拆除",
    "the link is lost": "级联已断开",
    "ws://HOST[:PORT][/PATH] or wss://HOST[:PORT][/PATH]": "ws://主机[:端口][/路径] 或 wss://主机[:端口][/路径]",
    "must have whip, whep or both": "必须有 whip、whep 或两者",
    "must have video, audio or both": "必须有 video、audio 或两者",
    "must be whip or janus": "必须是 whip 或 janus",
    "is taken by another link or bridge of this conference": "已被此会议的另一条级联或网桥占用",
    "it ended": "已结束",
    "the session here ended before it was answered": "本端会话在对端应答之前已结束",
    "another daemon came with this token": "另一台服务器使用此令牌接入",
    "this conference has not begun; link it when it has": "会议尚未开始，请在开始后再级联",
    "this conference has a link to the level above already; end that first": "本会议已级联到上级，请先断开",
    "{id!r} was taken down before it was joined": "{id!r} 在加入之前已被拆除",
    "no link of this conference is called {id!r}": "本会议没有名为 {id!r} 的级联或网桥",
    "a link needs the token of a site; invite one with the role site": (
        "级联需要会场令牌，请以角色 site 邀请"
    ),
    "{name} has it now; one at a time can: ask the chair above": "{name} 正在占用，请向上级主席申请",
    "nobody sends a picture there": "对方没有人发送画面",
}
