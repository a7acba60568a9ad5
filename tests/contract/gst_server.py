"""gst-rtsp-server with an H.264 test picture and a tone; run by the system's Python, which has its bindings.

Prints the port it listens on. The stream is at ``/test``.
"""

from __future__ import annotations

import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

VIDEO = (
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=15/1"
    " ! openh264enc gop-size=15 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1"
)
TONE = "audiotestsrc is-live=true freq=440 ! audio/x-raw,rate={rate},channels=1 !"
AUDIO = {
    "pcm_alaw": f"{TONE.format(rate=8000)} alawenc ! rtppcmapay name=pay1 pt=8",
    "pcm_mulaw": f"{TONE.format(rate=8000)} mulawenc ! rtppcmupay name=pay1 pt=0",
    "aac": f"{TONE.format(rate=16000)} avenc_aac ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "aac_latm": f"{TONE.format(rate=16000)} avenc_aac ! aacparse ! rtpmp4apay name=pay1 pt=97",
    "opus": f"{TONE.format(rate=48000)} opusenc ! rtpopuspay name=pay1 pt=97",
}


LOUDSPEAKER = (
    "( capsfilter name=depay_backchannel"
    ' caps="application/x-rtp,media=audio,payload=0,clock-rate=8000,encoding-name=PCMU"'
    " ! rtppcmudepay ! filesink location={file} buffer-mode=unbuffered async=false sync=false )"
)


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--user", help="let only this user in, by digest")
    parser.add_argument("--password")
    parser.add_argument("--audio", choices=AUDIO, help="a second track, of a tone of 440 Hz")
    parser.add_argument("--loudspeaker", help="be an ONVIF camera that plays what it is sent, to this file")
    parser.add_argument("--certificate", help="speak TLS; a PEM file with the key in it")
    return parser.parse_args()


def protect(auth: GstRtspServer.RTSPAuth, media: GstRtspServer.RTSPMediaFactory, user: str, pw: str) -> None:
    """Let only one user in, by digest."""
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, pw, token)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role("viewer")
    for permission in ("access", "construct"):
        permissions.add_permission_for_role("viewer", f"media.factory.{permission}", True)
    media.set_permissions(permissions)


def main() -> None:
    """Serve until killed."""
    options = arguments()
    Gst.init(None)
    onvif = options.loudspeaker is not None
    server = GstRtspServer.RTSPOnvifServer.new() if onvif else GstRtspServer.RTSPServer()
    server.set_address(options.host)
    server.set_service("0")
    media = GstRtspServer.RTSPOnvifMediaFactory() if onvif else GstRtspServer.RTSPMediaFactory()
    if onvif:
        media.set_media_gtype(GstRtspServer.RTSPOnvifMedia)
        media.set_backchannel_launch(LOUDSPEAKER.format(file=options.loudspeaker))
    media.set_launch(f"( {VIDEO} {AUDIO[options.audio] if options.audio else ''} )")
    media.set_shared(False)  # two clients that come at once make a shared one answer 503 for ever
    server.get_mount_points().add_factory("/test", media)
    auth = GstRtspServer.RTSPAuth()
    if options.user:
        protect(auth, media, options.user, options.password)
    if options.certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(options.certificate))
    if options.user or options.certificate:
        server.set_auth(auth)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


main()
