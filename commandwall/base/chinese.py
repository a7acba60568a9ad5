"""What the daemon says in Chinese: by the English template, with the same fields in braces."""

from __future__ import annotations

from commandwall.base.chinese_cameras import CAMERAS
from commandwall.base.chinese_conference import CONFERENCE
from commandwall.base.chinese_links import LINKS
from commandwall.base.chinese_talk import TALK
from commandwall.base.chinese_webrtc import WEBRTC

ZH: dict[str, str] = {
    "{field}: {reason}": "{field}：{reason}",
    # ---- titles of problems: the phrases of HTTP statuses
    "Bad Request": "请求有误",
    "Unauthorized": "尚未登录",
    "Forbidden": "没有权限",
    "Not Found": "找不到所指的对象",
    "Method Not Allowed": "不支持此方法",
    "Conflict": "与当前状态冲突",
    "Precondition Failed": "版本已过时",
    "Request Entity Too Large": "内容过大",
    "Unsupported Media Type": "不支持的内容类型",
    "Unprocessable Entity": "请求内容无效",
    "Upgrade Required": "需要升级协议",
    "Too Many Requests": "操作过于频繁",
    "Internal Server Error": "服务器内部错误",
    "Service Unavailable": "服务暂不可用",
    "Gateway Timeout": "内部进程超时",
    # ---- requests
    "{path} takes {taken}, not {method}": "{path} 只接受 {taken}，不接受 {method}",
    "there is nothing at {path}": "{path} 不存在",
    "what was sent is larger than {path} takes": "发送的内容超过 {path} 允许的大小",
    "the address is not UTF-8; send it percent-encoded": "地址不是 UTF-8，请以百分号编码发送",
    "send JSON as application/json": "请以 application/json 发送 JSON",
    "send a spreadsheet as text/csv or XLSX": "请以 text/csv 或 XLSX 发送表格",
    "this is a WebSocket: ask for the upgrade": "这是 WebSocket：请请求协议升级",
    'must be one revision in quotes, like "17"': '必须是一个带引号的版本号，例如 "17"',
    "the MQTT broker does not let this daemon listen to {topic} ({why}): allow it there": (
        "MQTT 服务器不允许本服务订阅 {topic}（{why}），请在该服务器上放行"
    ),
    "nothing is shared by RTSP, rtsp.listen {address}: {reason}; it is tried again": (
        "RTSP 共享不可用，rtsp.listen {address}：{reason}；正在重试"
    ),
    "decoding by {name}": "由 {name} 解码",
    "{name} does not decode here: pictures come out too late": "{name} 无法解码：画面输出过迟",
    "{name} does not decode here: pictures come out wrong": "{name} 无法解码：画面内容有误",
    "{name} does not decode here: this FFmpeg is built without it": "{name} 无法解码：此 FFmpeg 未包含该功能",
    "{name} does not decode here: {error}": "{name} 无法解码：{error}",
    "decoding on the processor": "由处理器解码",
    "decoding on the processor; {refusal}": "由处理器解码；{refusal}",
    "cell {cell!r} is empty; show something in it first": "窗格 {cell!r} 是空的，请先放入信号",
    "must be a whole number from {least} to {most}": "必须是 {least} 到 {most} 的整数",
    "a worker process did not answer in time; try again": "工作进程没有及时应答，请重试",
    "the daemon has a fault; its log says more": "服务程序出现故障，详见其日志",
    # ---- fields
    "and {count} more": "另有 {count} 项",
    "is missing; add it": "缺少此项，请补上",
    "is not JSON: {error}": "不是 JSON：{error}",
    "is not a known key; did you mean {near}?": "不是已知的键，是否应为 {near}？",
    "is not a known key; keys are text": "不是已知的键，键必须是文本",
    "is not a known key; remove it": "不是已知的键，请删除",
    "must be a time from 1970 to 2261 (UTC), or be left out": "必须是 1970 至 2261 年（UTC）内的时间，或不填",
    "must be a list": "必须是列表",
    "must be a mapping (key: value)": "必须是映射（键: 值）",
    "must be a number": "必须是数字",
    "must be a whole number": "必须是整数",
    "must be text in UTF-8": "必须是 UTF-8 文本",
    "must be text; put it in quotes": "必须是文本，请加引号",
    "must be true or false": "必须是 true 或 false",
    "must be {expected}": "必须是 {expected}",
    "must be {ge} or more": "不能小于 {ge}",
    "must be {le} or less": "不能大于 {le}",
    "must be a time with its zone, like 2027-01-31T08:00:00+08:00": (
        "必须是带时区的时间，例如 2027-01-31T08:00:00+08:00"
    ),
    "must be a time of day, like 20:00": "必须是一天中的时间，例如 20:00",
    "must be from 1 to 60": "必须在 1 到 60 之间",
    "must have at least {least} characters": "至少需要 {least} 个字符",
    "must have at most {max_length} characters": "最多 {max_length} 个字符",
    "must have at most {max_length} entries": "最多 {max_length} 项",
    "must have at most {most} characters": "最多 {most} 个字符",
    "must not be empty": "不能为空",
    "must not be empty; leave it out or add an entry": "不能为空，请删去此项或补上内容",
    "must not hold control characters": "不能含有控制字符",
    # ---- signing in and rights
    "sign in, or send a token as 'Authorization: Bearer'": "请登录，或以 “Authorization: Bearer” 发送令牌",
    "Authorization takes 'Bearer TOKEN' only": "Authorization 只接受 “Bearer 令牌”",
    "user name or password is wrong": "用户名或密码错误",
    "the session has ended; sign in again": "会话已结束，请重新登录",
    "the token is not known; create one with 'commandwall token create'": (
        "令牌无效，请用 “commandwall token create” 新建"
    ),
    "the token {name!r} has expired; create another one": "令牌 {name!r} 已过期，请新建",
    "too many failed sign-ins; wait {wait_s:.0f} s and try again": (
        "登录失败次数过多，请等待 {wait_s:.0f} 秒后重试"
    ),
    "pages of {origin} may not act here": "来自 {origin} 的页面不能在此操作",
    "{name} may not {permission}: the role {role} does not include it": (
        "{name} 不能{permission}：角色“{role}”没有此权限"
    ),
    "{name} may not {permission}: it is for {heads} only": "{name} 不能{permission}：它只用于 {heads}",
    "look at cameras and walls": "查看摄像机和大屏",
    "change what walls show and where cameras look": "切换大屏画面和操作摄像机",
    "read the figures of the system": "查看系统运行数据",
    "read the audit log": "查看审计日志",
    "add and remove cameras and their credentials": "添加和删除摄像机及其凭据",
    "manage users and tokens": "管理用户和令牌",
    "viewer": "观看者",
    "operator": "操作员",
    "leader": "领导",
    "ops": "运维",
    "admin": "管理员",
    # ---- accounts
    "there is no user {name!r}": "没有用户 {name!r}",
    "there is already a user {name!r}": "用户 {name!r} 已存在",
    "{name!r} is the last administrator; add another one first": "{name!r} 是最后一个管理员，请先添加另一个",
    "there is no token {name!r}": "没有令牌 {name!r}",
    "there is already a token {name!r}": "令牌 {name!r} 已存在",
    "must be 1 to 64 letters, digits, dots, dashes, underscores or @": (
        "必须是 1 到 64 个字母、数字、点、连字符、下划线或 @"
    ),
    "is in the past": "时间已过",
    "must be viewer where the token is for heads": "仅用于屏幕的令牌，角色必须是 viewer",
    "there is no head {place!r}; write WALL/HEAD": "没有屏幕 {place!r}，请写成 大屏/屏幕",
    # ---- who may watch a head by RTSP
    "would keep nobody out: without rtsp.credentials everybody may watch": (
        "不起作用：没有设置 rtsp.credentials 时，任何人都可以观看"
    ),
    "user {user!r} of rtsp.credentials may watch everything; name another": (
        "rtsp.credentials 的用户 {user!r} 可以观看全部内容，请另设用户"
    ),
    "user {user!r} has another password at another head; name one of them": (
        "用户 {user!r} 在另一屏幕上的密码不同，请统一"
    ),
    # ---- walls and layouts
    "no wall is called {id!r}": "没有名为 {id!r} 的大屏",
    "no layout is called {id!r}": "没有名为 {id!r} 的布局",
    "no camera is called {id!r}": "没有名为 {id!r} 的摄像机",
    "wall {id!r} has no head {head_id!r}": "大屏 {id!r} 没有屏幕 {head_id!r}",
    "this wall has no stream {name!r}": "此大屏没有码流 {name!r}",
    "layout {id!r} has no cell {cell_id!r}": "布局 {id!r} 没有格子 {cell_id!r}",
    "layout {id!r} has {count} cells, not {asked}": "布局 {id!r} 有 {count} 个格子，而不是 {asked} 个",
    "wall {id!r} is at revision {revision}, not {expected}: look at it, then try again": (
        "大屏 {id!r} 的版本是 {revision}，不是 {expected}：请查看后重试"
    ),
    "wall {id!r} does not tick; try again in some seconds": "大屏 {id!r} 暂无画面输出，请几秒后重试",
    "{format!r} is not a picture format; ask for png or jpg": "{format!r} 不是图片格式，请用 png 或 jpg",
    "a canvas has at most the pixels of 16 x 4K": "画布像素最多相当于 16 个 4K",
    "a canvas of {width} x {height} is too small for layout {id!r}": (
        "{width} x {height} 的画布放不下布局 {id!r}"
    ),
    "a grid has at least one column and one row": "网格至少有一列一行",
    "a layout has at least one cell": "布局至少有一个格子",
    "a layout has at most {most} cells": "布局最多有 {most} 个格子",
    "has {columns} columns where the first row has {first}": "有 {columns} 列，而第一行有 {first} 列",
    "cell {id!r} is not a rectangle; give one of its parts another id": (
        "格子 {id!r} 不是矩形，请给其中一部分另起编号"
    ),
    "names no cell of this layout; remove it": "不是此布局的格子，请删去",
    "layout {id!r} stands in the configuration; change it there": "布局 {id!r} 在配置文件中，请在那里修改",
    "wall {wall!r} shows layout {id!r}; show another one first": (
        "大屏 {wall!r} 正在使用布局 {id!r}，请先切换到其他布局"
    ),
    "cell {id!r} is empty": "格子 {id!r} 是空的",
    "cell {id!r} is named twice": "格子 {id!r} 出现两次",
    "cell {id!r} leaves the grid of {columns} x {rows}": "格子 {id!r} 超出 {columns} x {rows} 的网格",
    "cell {id!r} overlaps cell {other!r}; move it, or give it another z": (
        "格子 {id!r} 与格子 {other!r} 重叠，请移动它，或给它另一个 z"
    ),
    "a data panel is always shown whole": "数据面板总是完整显示",
    "cell {cell!r} shows nothing": "格子 {cell!r} 没有画面",
    "there is no layout for {count} sources; the largest has {most} cells": (
        "没有可容纳 {count} 路画面的布局，最大的布局有 {most} 个格子"
    ),
    "width and height must be at least {least}": "宽和高不能小于 {least}",
    "leaves the picture; x + width and y + height are at most 1": ("超出画面：x + 宽 和 y + 高 都不能大于 1"),
    "must have one of layout, swap, biggest, full, view, and only one": (
        "layout、swap、biggest、full、view 必须且只能有一个"
    ),
    "head {id!r} leaves the canvas of {width} x {height}": "屏幕 {id!r} 超出 {width} x {height} 的画布",
    "must be even numbers and at least 16 x 16": "必须是偶数，且不小于 16 x 16",
    "must be x, y, width, height, none below 0": "必须是 x、y、宽、高，且都不小于 0",
    "must be at least 16 x 16": "不能小于 16 x 16",
    "must be left, top, right, bottom, none below 0": "必须是左、上、右、下，且都不小于 0",
    "hides all but {width} x {height} pixels of the head; at least 16 x 16 must be left": (
        "边框遮挡后只剩 {width} x {height} 像素，至少要剩 16 x 16"
    ),
    "{width} x {height} is too large a picture; name a size up to 8192 x 4320": (
        "{width} x {height} 的画面过大，请指定不超过 8192 x 4320 的 size"
    ),
    "must be the number of a monitor, from 0, or its name": "必须是显示器的编号（从 0 开始）或名称",
    "its process is not up yet; the log says more if it stays so": "其进程尚未就绪，如持续如此，详见日志",
    "{folder}: sockets in it would have names that are {excess} bytes too long; set RUNTIME_DIRECTORY or"
    " TMPDIR to a shorter folder": (
        "{folder}：其中套接字的路径会超长 {excess} 字节，请将 RUNTIME_DIRECTORY 或 TMPDIR 设为更短的目录"
    ),
    "no monitor can be reached: neither DISPLAY nor WAYLAND_DISPLAY is set; start the daemon with those of"
    " the graphical session": (
        "无法使用任何显示器：未设置 DISPLAY 或 WAYLAND_DISPLAY，请以图形会话的这些变量启动服务程序"
    ),
    "no monitor can be reached: the display server {session} does not answer or does not let this user in;"
    " check DISPLAY and XAUTHORITY": (
        "无法使用任何显示器：显示服务器 {session} 没有应答或不允许此用户使用，请检查 DISPLAY 和 XAUTHORITY"
    ),
    "there is no monitor {wanted!r}; connected are {known}": "没有显示器 {wanted!r}，已连接的有 {known}",
    "monitor {name} has changed": "显示器 {name} 已变更",
    "monitor {monitor}: SDL cannot show pictures of {width} x {height} there: {error}": (
        "显示器 {monitor}：SDL 无法在其上显示 {width} x {height} 的画面：{error}"
    ),
    "monitor {monitor}: its graphics card shows nothing any more: {error}": (
        "显示器 {monitor}：显卡不再显示画面：{error}"
    ),
    "monitor {monitor!r} is filled by head {other}; name another": (
        "显示器 {monitor!r} 已由屏幕 {other} 占满，请指定另一台"
    ),
    "width and height must be even and at least 16": "宽和高必须是偶数，且不小于 16",
    # ---- data panels
    "a clock takes no values": "时钟不接受数值",
    "a collection must not hold another one": "几何集合不能再包含集合",
    "a gauge needs both ends of its scale": "仪表必须给出量程的上下限",
    "a picture must not be retained: nobody knows how old it is": "图片不能作为保留消息发送：无法得知其时间",
    "a picture panel takes PNG or JPEG, not JSON": "图片面板接受 PNG 或 JPEG，不接受 JSON",
    "a polygon has at least one ring": "多边形至少有一个环",
    "a retained value must say since when it is so; add at": "保留的数值必须说明其时间，请加上 at",
    "a table needs columns; name them": "表格必须有列，请写出列名",
    "a {kind} does not take it; remove it": "{kind} 类面板没有此项，请删除",
    "cannot be read: {reason}": "无法读取：{reason}",
    "data panel {id!r} stands in the configuration; change it there": (
        "数据面板 {id!r} 在配置文件中，请在那里修改"
    ),
    "feed data panels": "向数据面板送数",
    "goes with the configuration only; send the picture as value": "只能写在配置文件中；请把图片作为数值发送",
    "has fewer than {least} positions": "少于 {least} 个坐标点",
    "has more than {most} million pixels": "超过 {most} 百万像素",
    "has {count} cells, not {columns}": "有 {count} 个单元格，应为 {columns} 个",
    "is a damaged picture": "图片已损坏",
    "is in the future; it is {now} here: set the sender's clock": (
        "是将来的时间；此处现在是 {now}：请校准发送方的时钟"
    ),
    "is neither a PNG nor a JPEG picture": "既不是 PNG 也不是 JPEG 图片",
    "is not GeoJSON: it has no type": "不是 GeoJSON：没有 type",
    "is not a geometry of GeoJSON (RFC 7946)": "不是 GeoJSON 的几何类型（RFC 7946）",
    "a newer value came before this one was shown": "在显示之前已收到更新的值",
    "is older than what is shown ({at})": "比正在显示的更旧（{at}）",
    "must be ISO 8601 with its zone, or milliseconds UTC": "必须是带时区的 ISO 8601 时间，或 UTC 毫秒数",
    "must be [longitude, latitude] in degrees": "必须是以度为单位的 [经度, 纬度]",
    "must be [longitude, latitude] in degrees, longitude first": "必须是以度为单位的 [经度, 纬度]，经度在前",
    "must be a file that a map of the configuration draws": "必须是配置文件中某个地图使用的文件",
    "must be a time zone like Asia/Shanghai": "必须是时区名，例如 Asia/Shanghai",
    "must be more than min": "必须大于 min",
    "must rise from one threshold to the next": "各阈值必须依次增大",
    "no data panel is called {id!r}": "没有名为 {id!r} 的数据面板",
    "only a picture panel takes a picture; send JSON as application/json": (
        "只有图片面板接受图片；请以 application/json 发送 JSON"
    ),
    "only a series takes points": "只有时间序列接受数据点",
    "send JSON as application/json, a picture as image/png or jpeg": (
        "请以 application/json 发送 JSON，以 image/png 或 image/jpeg 发送图片"
    ),
    "sensor": "传感器",
    "there are more than {limit} positions": "坐标点超过 {limit} 个",
    "there is already a data panel {id!r}": "已有数据面板 {id!r}",
    "{path} cannot be read: {reason}": "{path} 无法读取：{reason}",
    "{path} is not JSON: {error}": "{path} 不是 JSON：{error}",
    "{path}: {reason}": "{path}：{reason}",
    # ---- scenes, tours and the schedule
    "no scene is called {id!r}": "没有名为 {id!r} 的场景",
    "no tour is called {id!r}": "没有名为 {id!r} 的轮巡",
    "no area is called {id!r}": "没有名为 {id!r} 的区域",
    "no entry of the schedule is called {id!r}": "计划中没有名为 {id!r} 的条目",
    "needs layout and sources together, or neither for what the wall shows now": (
        "layout 和 sources 必须同时给出；都不给出则取大屏当前画面"
    ),
    "wall {id!r} has no step to go back": "大屏 {id!r} 没有可以撤销的步骤",
    "wall {id!r} has no step to go forward": "大屏 {id!r} 没有可以恢复的步骤",
    "needs either sources or an area": "sources 和 area 必须且只能给出一个",
    "a tour shows no empty cells": "轮巡列表中不能有空画面",
    "cell {cell!r} is in the running tour {name!r}; stop that one first": (
        "格子 {cell!r} 正在轮巡 {name!r} 中，请先停止该轮巡"
    ),
    "is a time of day here, without a zone: 20:00": "这里是当地时间，不带时区，例如 20:00",
    "{target!r} is in the schedule at {at}; remove it there first": (
        "{target!r} 在 {at} 的计划中，请先从计划中删除"
    ),
    # ---- cameras and their pictures
    "camera {id!r}: {error}": "摄像机 {id!r}：{error}",
    "camera {id!r}: no picture has arrived; see its state and reason": (
        "摄像机 {id!r}：尚未收到画面，请查看其状态和原因"
    ),
    "no picture could be decoded; try again after the next key frame": (
        "未能解码出画面，请在下一个关键帧后重试"
    ),
    "the picture took too long to decode; shorten the key-frame interval": (
        "画面解码时间过长，请缩短关键帧间隔"
    ),
    "there is already a camera {id!r}": "摄像机 {id!r} 已存在",
    "must be {id!r} as in the path: an id is for good": "必须与路径中的 {id!r} 一致：编号不能更改",
    "camera {id!r} stands in the configuration; change it there": (
        "摄像机 {id!r} 写在配置文件中，请在那里修改"
    ),
    "camera {id!r} uses credentials {name!r} ({count} do)": (
        "摄像机 {id!r} 正在使用凭据 {name!r}（共 {count} 台）"
    ),
    "there are no credentials {name!r}": "没有凭据 {name!r}",
    "there are already credentials {name!r}; replace those": "凭据 {name!r} 已存在，请替换它",
    "credentials {name!r} stand in the configuration; change them there": (
        "凭据 {name!r} 写在配置文件中，请在那里修改"
    ),
    # ---- entries of the configuration, and lines of a spreadsheet
    "area": "区域",
    "credential": "凭据",
    "layout": "布局",
    "there is no {what} {name!r}; did you mean {near}?": "没有{what} {name!r}，是否应为 {near}？",
    "there is no {what} {name!r}; add it to {section}": "没有{what} {name!r}，请把它加入 {section}",
    "area {id!r} is inside itself; break the loop": "区域 {id!r} 包含自身，请解除循环",
    "{id!r} is taken at {file}:{line}; ids are unique": "{id!r} 已在 {file}:{line} 使用，编号不能重复",
    "{id!r} is there twice; ids are unique": "{id!r} 出现两次，编号不能重复",
    "must be 1 to 64 letters, digits, dots, dashes or underscores (a-z A-Z 0-9 . - _)": (
        "必须是 1 到 64 个字母、数字、点、连字符或下划线（a-z A-Z 0-9 . - _）"
    ),
    "must be 1 to 64 letters, digits, dots, dashes, underscores or plus signs": (
        "必须是 1 到 64 个字母、数字、点、连字符、下划线或加号"
    ),
    "must be [latitude, longitude] in degrees, latitude first": "必须是 [纬度, 经度]，单位为度，纬度在前",
    'must be "HOST:PORT", like "127.0.0.1:8080" or "[::1]:8080"': (
        '必须是 "主机:端口"，例如 "127.0.0.1:8080" 或 "[::1]:8080"'
    ),
    "has a port above 65535": "端口大于 65535",
    "must be an MQTT topic without spaces, + and #, not beginning or ending with /": (
        "必须是 MQTT 主题，不含空格、+ 和 #，首尾不能是 /"
    ),
    "must be auto or a whole number from 1 to 256": "必须是 auto 或 1 到 256 的整数",
    "must be {form}": "必须是 {form}",
    "has a host that is neither a name nor an IP address": "中的主机既不是名称也不是 IP 地址",
    "is not a URL; write {form}": "不是 URL，请写成 {form}",
    "rtsp://HOST[:PORT]/PATH or rtsps://HOST[:PORT]/PATH": (
        "rtsp://主机[:端口]/路径 或 rtsps://主机[:端口]/路径"
    ),
    "http://HOST[:PORT]/PATH or https://HOST[:PORT]/PATH": (
        "http://主机[:端口]/路径 或 https://主机[:端口]/路径"
    ),
    "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]": "mqtt://主机[:端口] 或 mqtts://主机[:端口]",
    "must not carry a user or password; put them under credentials and name that entry": (
        "不能带用户名或密码，请把它们写在 credentials 下并引用该项"
    ),
    "would send its pictures unencrypted; for rtsps, transport must be tcp or http": (
        "画面会以明文传输；使用 rtsps 时 transport 必须是 tcp 或 http"
    ),
    "has neither main nor sub; give at least one of them a url": (
        "既没有主码流也没有子码流，请至少填写一个地址"
    ),
    "must have either grid or cells; a plain grid needs no drawing": (
        "grid 和 cells 只能有一个；规则网格不需要绘制"
    ),
    "must have cells: a grid, a drawing (cells) or free ones": (
        "必须有格子：网格（grid）、绘制（cells）或自由格子（free）"
    ),
    "must be one word without spaces, and not a dot": "必须是一个不含空格的词，且不能是点",
    "auto is the layout that is chosen by itself; take another name": (
        "auto 表示自动选择的布局，请换一个名称"
    ),
    "is empty; give it a width and a height above 0": "是空的，宽和高必须大于 0",
    "leaves the wall; x and y are at least 0, x + width and y + height at most 100": (
        "超出大屏：x 和 y 不能小于 0，x + 宽 和 y + 高 都不能大于 100"
    ),
    'is neither UTF-8 nor GB18030; save it as "CSV UTF-8"': (
        "既不是 UTF-8 也不是 GB18030，请另存为“CSV UTF-8”"
    ),
    "unpacks to more than {most} MiB; save it as CSV": "解压后超过 {most} MiB，请另存为 CSV",
    "is beyond line {most}; split the spreadsheet": "超过第 {most} 行，请拆分表格",
    "is not CSV: {error}": "不是 CSV：{error}",
    "is not a workbook ({kind}); save it as XLSX or CSV anew": (
        "不是工作簿（{kind}），请重新另存为 XLSX 或 CSV"
    ),
    "is missing from the first line; add it": "首行缺少此列，请补上",
    "is there twice; keep one column": "出现两次，请只保留一列",
    "has more than {count} columns; remove the rest": "超过 {count} 列，请删除多余的列",
    "is not a column; known are {names}": "不是已知的列，可用的列有 {names}",
    # ---- operating cameras (ONVIF)
    "camera {id!r} is operated by {name}; it is free {remaining_s:.0f} s after the last command": (
        "摄像机 {id!r} 正由 {name} 操作，最后一条指令 {remaining_s:.0f} 秒后释放"
    ),
    "camera {id!r} has no onvif address in the configuration, or is disabled": (
        "摄像机 {id!r} 未配置 ONVIF 地址，或已停用"
    ),
    "camera {id!r} has no PTZ: it cannot be moved": "摄像机 {id!r} 没有云台，不能转动",
    "camera {id!r} has no picture settings": "摄像机 {id!r} 没有图像参数",
    "cannot go to a position on this camera; use move or a preset": (
        "此摄像机不能转到指定位置，请用转动或预置位"
    ),
    "needs pan, tilt and zoom: the camera does not tell its position": (
        "需要同时给出 pan、tilt 和 zoom：摄像机不报告当前位置"
    ),
    "needs pan, tilt or zoom": "需要 pan、tilt 或 zoom",
    "{verb} takes no pan, tilt, zoom": "{verb} 不接受 pan、tilt、zoom",
    "preset goes with the verb preset, and only with it": "preset 必须且只能与指令 preset 一起使用",
    "the zoom of a position is from 0 to 1": "位置的 zoom 在 0 到 1 之间",
    "cannot be set on this camera": "此摄像机不能设置此项",
    "must be {least:g} to {most:g}": "必须在 {least:g} 到 {most:g} 之间",
    "{step}: {host}: {error}": "{step}：{host}：{error}",
    "{step}: {host}: {why}; add the certificate to ingest.tls.ca, or set tls_verify: false for this camera": (
        "{step}：{host}：{why}，请将证书加入 ingest.tls.ca，或为此摄像机设置 tls_verify: false"
    ),
    "{step}: {host} {why}; check the address and the cable": "{step}：{host} {why}，请检查地址和网线",
    "does not answer in time": "没有及时应答",
    "cannot be reached": "无法连接",
    "wrong user or password; check credentials": "用户名或密码错误，请检查凭据",
    "wrong user or password, or the user lacks the right; check credentials": (
        "用户名或密码错误，或该用户没有权限，请检查凭据"
    ),
    "HTTP {status}; is this the address of the ONVIF device service?": (
        "HTTP {status}，请确认这是 ONVIF 设备服务的地址"
    ),
    "HTTP: the answer is longer than {most} bytes": "HTTP：应答超过 {most} 字节",
    "SOAP: the answer is not a SOAP envelope with a body": "SOAP：应答不是带正文的 SOAP 信封",
    "SOAP: the body of the answer is empty": "SOAP：应答的正文是空的",
    "XML: has a document type, which SOAP forbids": "XML：含有 SOAP 禁止的文档类型声明",
    "XML: nested more than {most} deep": "XML：嵌套超过 {most} 层",
    "XML: {error}": "XML：{error}",
    "the device says {words!r} ({codes})": "设备回答 {words!r}（{codes}）",
    "{host} has no media service; it is no camera": "{host} 没有媒体服务，不是摄像机",
    "{host} has no profile with video; create one in its settings": (
        "{host} 没有带视频的配置文件（profile），请在其设置中新建一个"
    ),
    "{host} has no media profile {profile!r}; correct onvif.profile": (
        "{host} 没有媒体配置文件 {profile!r}，请更正 onvif.profile"
    ),
    "{host} has several lenses or channels, and which is meant is not known; set onvif.profile ({why})": (
        "{host} 有多个镜头或通道，无法确定指的是哪一个，请设置 onvif.profile（{why}）"
    ),
    "no stream of the device is the one configured": "设备没有一路码流与配置的地址一致",
    "the connection to the camera was given up; try again": "到摄像机的连接已放弃，请重试",
    "PTZ: {error}": "云台：{error}",
    "GetNodes: {host} has no PTZ node {node_token!r}": "GetNodes：{host} 没有云台节点 {node_token!r}",
    "GetStreamUri: the device gives no rtsp:// URL; switch RTSP on in its settings": (
        "GetStreamUri：设备没有给出 rtsp:// 地址，请在其设置中打开 RTSP"
    ),
    "GetStreamUri: what the device gives is no URL": "GetStreamUri：设备给出的不是 URL",
    # ---- overlays
    "camera {id!r} has privacy masks, which its streams would show; watch it on a wall": (
        "摄像机 {id!r} 设有隐私遮挡，其码流会显示被遮挡的内容：请在大屏上观看"
    ),
    "camera {id!r} has no alarm": "摄像机 {id!r} 没有报警",
    "camera {id!r} has no masks but those of its configuration": (
        "摄像机 {id!r} 除配置中的遮挡外没有其他隐私遮挡"
    ),
    "a polygon has from {least} to {most} points": "多边形应有 {least} 到 {most} 个点",
    "must be parts of the picture, from 0 to 1": "必须是画面的比例，在 0 到 1 之间",
    "must be x, y, width, height as parts of the picture, 0 to 1": (
        "必须是 x、y、宽、高，均为画面的比例，在 0 到 1 之间"
    ),
    "must have either rect or polygon": "rect 与 polygon 必须且只能给出一个",
    "{file} is not a PNG picture": "{file} 不是 PNG 图片",
    "{file} cannot be read: {reason}": "无法读取 {file}：{reason}",
    "{file} holds no certificate": "{file} 中没有证书",
    # ---- sound
    "{reason}; its sound is left out until the daemon starts again or the camera is changed": (
        "{reason}；在服务程序重启或修改该摄像机之前，不再请求其声音"
    ),
    # ---- processes and disks
    "worker {name} is {state}; try again": "进程 {name} {state}，请重试",
    "idle": "尚未启用",
    "starting": "正在启动",
    "ready": "已就绪",
    "waiting to restart": "等待重启",
    "stopped": "已停止",
    "the worker went away before it answered": "进程在应答前退出，请重试",
    "an ingest worker takes no {name} now": "接入进程现在不接受 {name}",
    "a decode thread ended; its traceback is above": "解码线程已结束，详见日志",
    "state database {path}: {advice}": "状态数据库 {path}：{advice}",
    "state database {path} is not open": "状态数据库 {path} 未打开",
    "state database {path} is of a newer commandwall (version {version}); run that one, or name another"
    " state directory": (
        "状态数据库 {path} 属于更新的 commandwall（版本 {version}），请运行该版本，或指定另一个状态目录"
    ),
    "state directory {path}: {strerror}; make it writable": "状态目录 {path}：{strerror}，请使其可写",
    "{file}: {strerror}; make its directory writable": "{file}：{strerror}，请使其目录可写",
    "{file}: {strerror}; let the daemon's user read it": "{file}：{strerror}，请允许服务程序的用户读取",
    "the disk is full; free some space, nothing else is needed": "磁盘已满，释放空间即可，无需其他操作",
    "another process holds it; end that one, or try again": "被另一个进程占用，请结束该进程或重试",
    "it is read-only; make file and directory writable for this user": (
        "它是只读的，请使文件和目录可由此用户写入"
    ),
    "it cannot be opened; make the directory writable for this user": "无法打开，请使目录可由此用户写入",
    "the disk fails to read or write; check it (smartctl, dmesg)": (
        "磁盘读写失败，请检查磁盘（smartctl、dmesg）"
    ),
    "it is damaged; restart the daemon, which begins anew with what can be read": (
        "已损坏，请重启服务，它将新建并保留可读内容"
    ),
    **CAMERAS,
    **CONFERENCE,
    **LINKS,
    **TALK,
    **WEBRTC,
}
