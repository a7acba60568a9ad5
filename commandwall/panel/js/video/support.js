/** Whether this browser can show a head's video. */

/** Any H.264 decoder knows it: constrained baseline, level 3. */
const PLAIN_H264 = "avc1.42e01e";

/**
 * @returns {Promise<"yes" | "insecure" | "missing" | "codec">} `insecure`: the page came by plain HTTP
 *   from another machine, where browsers withhold WebCodecs; `missing`: too old a browser; `codec`:
 *   a browser built without H.264
 */
export async function videoSupport() {
  if (!window.isSecureContext) return "insecure";
  if (typeof VideoDecoder === "undefined") return "missing";
  const answer = await VideoDecoder.isConfigSupported({ codec: PLAIN_H264 });
  return answer.supported ? "yes" : "codec";
}
