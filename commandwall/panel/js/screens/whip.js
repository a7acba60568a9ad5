/** Publishing a picture by WHIP (RFC 9725). */

import { Problem } from "../base/api.js";

/**
 * Sends `stream` to the daemon until the returned session is ended.
 * @param {string} url of the WHIP endpoint
 * @param {MediaStream} stream with one picture
 * @param {() => void} onLost the connection broke
 * @throws {Problem} when the daemon refuses it
 */
export async function publish(url, stream, onLost) {
  const peer = new RTCPeerConnection();
  peer.addTransceiver(stream.getVideoTracks()[0], { direction: "sendonly", streams: [stream] });
  peer.addEventListener("connectionstatechange", () => {
    if (peer.connectionState === "failed") onLost();
  });
  try {
    await peer.setLocalDescription();
    const { answer, location } = await post(url, peer.localDescription?.sdp ?? "");
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    return () =>
      fetch(location, { method: "DELETE", keepalive: true })
        .catch((error) => console.warn("the session ends by itself", error))
        .finally(() => peer.close());
  } catch (error) {
    peer.close();
    throw error;
  }
}

/** @param {string} url @param {string} offer */
async function post(url, offer) {
  const request = { method: "POST", headers: { "Content-Type": "application/sdp" }, body: offer };
  const response = await fetch(url, request).catch((error) => {
    throw new Problem(0, { detail: String(error.message ?? error) });
  });
  if (response.ok) return { answer: await response.text(), location: response.headers.get("Location") ?? "" };
  throw new Problem(response.status, await response.json().catch(() => ({})));
}
