/** Pictures and sound to and from the daemon, over one connection each: WHIP (RFC 9725) and WHEP. */

import { Problem, unanswered } from "../base/api.js";

const MOST_GATHERING_MS = 200;
const MOST_ENDING_MS = 2000;
/** The daemon answers sooner, with a session or without one; on a dead connection browsers wait for minutes. */
const MOST_OPENING_MS = 20_000;

/** One connection that was agreed upon. */
export class Session {
  /** @param {RTCPeerConnection} peer @param {string} location of the session @param {string} token */
  constructor(peer, location, token) {
    this.peer = peer;
    this.location = location;
    this.token = token;
    /** What is received. */
    this.stream = new MediaStream(
      peer
        .getTransceivers()
        .filter(({ currentDirection }) => currentDirection === "recvonly")
        .map(({ receiver }) => receiver.track),
    );
    /** @type {(state: RTCPeerConnectionState) => void} */
    this.onState = () => {};
    peer.addEventListener("connectionstatechange", () => this.onState(peer.connectionState));
  }

  /** Ends it there as far as there is still somebody, and here: the other way round there would be nothing to end. */
  end() {
    this.onState = () => {};
    const request = { method: "DELETE", headers: authorization(this.token), keepalive: true };
    fetch(this.location, { ...request, signal: AbortSignal.timeout(MOST_ENDING_MS) })
      .catch((error) => console.warn("the session ends by itself", error))
      .finally(() => this.peer.close());
  }
}

/**
 * Sends what is in `stream`.
 * @param {string} url of the WHIP endpoint
 * @param {MediaStream} stream
 * @param {string} [token] of whoever has no session here
 * @returns {Promise<Session>}
 * @throws {Problem} when the daemon refuses it
 */
export function publish(url, stream, token = "") {
  const peer = new RTCPeerConnection();
  for (const track of stream.getTracks()) {
    peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
  }
  return agree(peer, url, token);
}

/**
 * Receives what is there.
 * @param {string} url of the WHEP endpoint
 * @param {("audio" | "video")[]} kinds
 * @param {string} [token] of whoever has no session here
 * @returns {Promise<Session>}
 * @throws {Problem} when the daemon refuses it
 */
export function watch(url, kinds, token = "") {
  const peer = new RTCPeerConnection();
  for (const kind of kinds) peer.addTransceiver(kind, { direction: "recvonly" });
  return agree(peer, url, token);
}

/**
 * Waits until the offer names the addresses of this machine, as far as they are found at once: with them
 * both ends try each other, and a connection comes about even where one way is slow to open.
 * @param {RTCPeerConnection} peer
 * @returns {Promise<void>}
 */
function gathered(peer) {
  return new Promise((resolve) => {
    const note = () => {
      if (peer.iceGatheringState === "complete") resolve();
    };
    peer.addEventListener("icegatheringstatechange", note);
    setTimeout(resolve, MOST_GATHERING_MS);
    note();
  });
}

/** @param {RTCPeerConnection} peer @param {string} url @param {string} token */
async function agree(peer, url, token) {
  try {
    await peer.setLocalDescription();
    await gathered(peer);
    const { answer, location } = await post(url, peer.localDescription?.sdp ?? "", token);
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    return new Session(peer, location, token);
  } catch (error) {
    peer.close();
    throw error;
  }
}

/** @param {string} url @param {string} offer @param {string} token */
async function post(url, offer, token) {
  const headers = { "Content-Type": "application/sdp", ...authorization(token) };
  const signal = AbortSignal.timeout(MOST_OPENING_MS);
  const response = await fetch(url, { method: "POST", headers, body: offer, signal }).catch(unanswered);
  if (response.ok) {
    const answer = await response.text().catch(unanswered);
    return { answer, location: response.headers.get("Location") ?? "" };
  }
  throw new Problem(response.status, await response.json().catch(() => ({})));
}

/** @param {string} token @returns {Record<string, string>} */
function authorization(token) {
  return token === "" ? {} : { Authorization: `Bearer ${token}` };
}
