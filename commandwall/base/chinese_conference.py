"""What is said of conferences in Chinese; :mod:`commandwall.base.chinese` takes it in."""

from __future__ import annotations

CONFERENCE: dict[str, str] = {
    "{text!r} is not a source; write camera:ID, data:ID, screen:ID, conference:ID/PARTICIPANT or none": (
        "{text!r} 不是画面源，请写 camera:ID、data:ID、screen:ID、conference:ID/PARTICIPANT 或 none"
    ),
    # ---- invitations
    "an invitation is for its own conference; sign in for anything else": (
        "邀请仅用于其所属会议，其他操作请先登录"
    ),
    "this invitation is not of this centre, or not whole; ask for a new one": (
        "此邀请不是本中心发出的，或不完整，请索取新的邀请"
    ),
    "this invitation has expired; ask for a new one": "此邀请已过期，请索取新的邀请",
    "the conference of this invitation is over": "此邀请的会议已结束",
    "this invitation is for another conference": "此邀请属于另一个会议",
    "this place in the conference is somebody else's": "会议中的这个席位属于他人",
    "only who takes part can do this; join the conference, or open its link": (
        "只有与会者可以这样做，请先入会或打开邀请链接"
    ),
    "the daemon was restarted; whoever was in the conference comes back": "服务已重启，原与会者会自动回来",
    "connection lost": "连接中断",
    "was let in and did not come; he can open his link again": "已获准入会但未连接，可重新打开链接入会",
    # ---- recordings
    "there is no recording {id!r}": "没有录像 {id!r}",
    "this recording is being written; stop it first": "此录像正在写入，请先停止录制",
    "the recording cannot be deleted: {strerror}": "无法删除录像：{strerror}",
    "{folder}: {strerror}; let the daemon's user write there": (
        "{folder}：{strerror}，请允许服务程序的用户写入"
    ),
    "its file cannot be read: {strerror}": "无法读取文件：{strerror}",
    "the recording process was killed; it goes on in another file": "录像进程被终止，将在另一个文件中继续",
    "the recording process was killed as it finished the file; its last second may be missing": (
        "录像进程在收尾时被终止，文件可能缺少最后一秒"
    ),
    # ---- rooms
    "ends_at must be after starts_at": "ends_at 必须晚于 starts_at",
    "is over already; name a later time": "已经过去，请指定更晚的时间",
    "no conference is called {id!r}, or it is over": "没有名为 {id!r} 的会议，或会议已结束",
    "there is already a conference {id!r}": "已有会议 {id!r}",
    "there are {most} conferences; end some of them": "已有 {most} 个会议，请先结束一些",
    "wait in the lobby until you are let in": "请在等候室等待，直到被允许入会",
    "no content is shown now; ask again when there is": "目前没有共享内容，有内容时请重试",
    "camera {id!r} has privacy masks, which its streams would show; show a head with it instead": (
        "摄像机 {id!r} 设有隐私遮挡，其码流会暴露被遮挡部分，请改为共享含有它的大屏输出"
    ),
    "no conference has a picture {id!r}; write ID/PARTICIPANT, ID/picture or ID/content": (
        "没有会议画面 {id!r}，请写 ID/PARTICIPANT、ID/picture 或 ID/content"
    ),
    # ---- the chair, the floor, who comes and goes
    "{id!r} cannot be the id of a participant": "{id!r} 不能用作参会者编号",
    "a participant needs a name": "参会者必须有名称",
    "name a participant": "请指定参会者",
    "nobody in this conference is called {id!r}": "本会议中没有 {id!r}",
    "{name} is not in the conference now": "{name} 当前不在会议中",
    "a conference has at most {most} participants; remove some who do not come": (
        "一个会议最多 {most} 个参会者，请移出一些不来的"
    ),
    "you were removed from this conference; ask its chair for a new link": (
        "您已被移出本会议，请向主席索取新的链接"
    ),
    "this conference has not begun": "会议尚未开始",
    "this conference has ended": "会议已结束",
    "came while it was locked; let him in, or unlock it": "锁定期间到来，可准许入会或解除锁定",
    "this conference is locked; ask its chair to let you in": "会议已锁定，请联系主席准许入会",
    "{name} was removed; invite him anew": "{name} 已被移出，请重新邀请",
    "{name} is in the conference of another level; have him removed there, or remove the link": (
        "{name} 在另一级会议中，请由该级移出，或移出其级联"
    ),
    "{name} has not been let in": "{name} 尚未获准入会",
    "the chair has muted you; raise your hand to be given the floor": "主席已将您静音，请举手申请发言",
    "{name} comes with all of the level above as one sound; mute the link to it": (
        "{name} 的声音随上级会议合成一路传来，请对上级级联整体静音"
    ),
    "the roll is being called; end that first": "正在点名，请先结束点名",
    "who calls the roll is not called himself": "点名的人自己不被点名",
    "there is nobody else in the conference to call": "会议中没有其他人可以点名",
    "{name} was not called": "{name} 未被点名",
    "nobody else in the conference has a picture": "会议中没有其他人有画面",
    "{text!r} cannot be content; write camera:ID, screen:ID, head:WALL/HEAD, scene:ID or data:ID": (
        "{text!r} 不能作为内容，请写 camera:ID、screen:ID、head:WALL/HEAD、scene:ID 或 data:ID"
    ),
    "{name} shows content; one at a time can: ask the chair to give it to you": (
        "{name} 正在共享内容，同一时间只能有一路：请向主席申请"
    ),
    "the level above may not do this here": "上级会议不能在此执行该操作",
    "the way to {name} makes a loop ({path}); end one of the links on it": (
        "到 {name} 的级联形成环路（{path}），请断开其中一条级联"
    ),
    "only the chair may do this": "只有主席可以执行该操作",
    "the level above directs the conference now; it ends that, or the link does": (
        "会议正由上级控制，待上级结束或级联断开后方可操作"
    ),
    "a site is broadcast to all but the chair; name another one": (
        "广播的会场由主席以外的所有人观看，请指定其他会场"
    ),
    "{name} sends no picture": "{name} 没有发送画面",
    "nobody is shown to himself": "不能给会场选看自己的画面",
    "each level has its own chair; name somebody of this one": "每一级会议有自己的主席，请指定本级的参会者",
    "only who was invited as chair may take the chair": "只有以主席身份受邀者可以接管主席",
    "this conference has no end that could be put off": "本会议没有设定结束时间，无需延长",
    "came by an invitation that has expired; invite anew": "持已过期的邀请到来，请重新邀请",
    "is being called": "正在呼叫",
    "declined the call at {time}": "{time} 拒接呼叫",
    "did not answer the call at {time}": "{time} 未接听呼叫",
    "{user} has no page open here, so nobody would see the call": "{user} 没有打开任何页面，呼叫无人能看到",
    "{name} is in the conference already": "{name} 已在会议中",
    "nobody calls you into this conference now": "现在没有人呼叫您加入此会议",
    "its sound has ceased to come; let it join again": "声音已中断，请让对方重新加入",
    "no sound comes of it; let it check its microphone": "收不到声音，请让对方检查麦克风",
    "what it sends as sound cannot be read; let it join again, or from elsewhere": (
        "发来的声音无法解析，请让对方重新加入，或换一台设备加入"
    ),
    "what it sends as picture cannot be read; let it join again, or from elsewhere": (
        "发来的画面无法解析，请让对方重新加入，或换一台设备加入"
    ),
    "{file}: only {free} MB of its disk are free; delete recordings or make room": (
        "{file}：所在磁盘仅剩 {free} MB，请删除录像或清理磁盘"
    ),
}
