/** 界面用语：中文，喊话。 */

/** @type {Record<string, string>} */
export const zhTalk = {
  "talk.label": "喊话",
  "talk.begin": "喊话",
  "talk.end": "结束喊话",
  "talk.microphone": "用我的麦克风",
  "talk.insecure": "麦克风需要 HTTPS 才能使用",
  "talk.conference": "播放会议“{name}”的声音",
  "talk.plays": "播放会议“{name}”",
  "talk.voice": "{name} 正在喊话",
  "talk.none": "此摄像机没有可用的扬声器",
  "talk.failed": "无法使用麦克风",
  "talk.cut": "麦克风连接中断",
  "heard.opening": "正在接通“{name}”，接通后即播放您的麦克风",
  "heard.talking": "您的麦克风正在“{name}”播放",
  "heard.lost": "暂时无法到达“{name}”，恢复后即播放您的麦克风",
  "heard.refused": "“{name}”无法喊话，您的麦克风没有在那里播放",
  "talkstate.opening": "正在接通",
  "talkstate.talking": "已接通",
  "talkstate.lost": "无法到达",
  "talkstate.refused": "无法喊话",
  "rooms.loudspeakers": "街面扬声器",
  "rooms.loudspeakers.add": "添加扬声器",
  "rooms.loudspeakers.none": "请先在大屏上选中一个摄像机",
};
