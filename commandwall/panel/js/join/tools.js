/** What the large buttons of a call are, and what they do. */

/**
 * Returns the buttons from left to right.
 * @param {import("./room.js").Room} room
 * @param {() => void} onLeave
 * @returns {import("./bar.js").Button[]}
 */
export function callTools(room, onLeave) {
  const { call, stage, toasts } = room;
  const { t } = room.i18n;
  const { devices } = call;
  const muted = () => call.muted || devices.tracks.audio === null;
  const dark = () => !devices.on.video || devices.tracks.video === null;
  const raised = () => (call.me?.hand_at_s ?? null) !== null;
  return [
    {
      id: "audio",
      icon: () => (call.me?.muted_by_chair ? "mic_shut" : muted() ? "mic_off" : "mic"),
      label: () => t(muted() ? "bar.mic.on" : "bar.mic.off"),
      act: () => room.switchSound(),
      off: () => muted() || (call.me?.muted ?? false),
    },
    {
      id: "video",
      icon: () => (dark() ? "camera_off" : "camera"),
      label: () => t(dark() ? "bar.camera.on" : "bar.camera.off"),
      act: () => room.switchPicture(),
      off: dark,
    },
    {
      id: "hand",
      icon: () => "hand",
      label: () => t(raised() ? "bar.hand.down" : "bar.hand"),
      act: () => toasts.report(call.raiseHand(!raised())),
      on: raised,
      hidden: () => call.chairing,
    },
    {
      id: "share",
      icon: () => "screen",
      label: () => t(call.screen === null ? "bar.share" : "bar.share.end"),
      act: () => room.share(),
      on: () => call.screen !== null,
      hidden: () => navigator.mediaDevices?.getDisplayMedia === undefined,
    },
    {
      id: "swap",
      icon: () => "swap",
      label: () => t("bar.swap"),
      act: () => stage.rearrange(),
      hidden: () => !stage.hasContent,
    },
    {
      id: "people",
      icon: () => (call.chairing ? "chair" : "people"),
      label: () => t(call.chairing ? "bar.chair" : "bar.people"),
      act: () => room.openSide(!room.sideOpen),
      on: () => room.sideOpen,
      count: () => (call.chairing ? room.waiting() : 0),
    },
    {
      id: "full",
      icon: () => (document.fullscreenElement === null ? "expand" : "back"),
      label: () => t(document.fullscreenElement === null ? "bar.full" : "bar.full.end"),
      act: () => room.fullScreen(),
      hidden: () => !document.fullscreenEnabled,
    },
    { id: "leave", icon: () => "phone_down", label: () => t("bar.leave"), act: onLeave },
  ];
}
