"""gst-rtsp-server with one H.264 test picture; run by the system's Python, which has its bindings.

Usage: gst_server.py [USER PASSWORD]. Prints the port it listens on at 127.0.0.1.
"""

from __future__ import annotations

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

LAUNCH = (
    "( videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=15/1"
    " ! openh264enc gop-size=15 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


def protect(server: GstRtspServer.RTSPServer, media: GstRtspServer.RTSPMediaFactory) -> None:
    """Let only the user of the command line in, by digest."""
    user, password = sys.argv[1:]
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role("viewer")
    for permission in ("access", "construct"):
        permissions.add_permission_for_role("viewer", f"media.factory.{permission}", True)
    media.set_permissions(permissions)


def main() -> None:
    """Serve until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    media = GstRtspServer.RTSPMediaFactory()
    media.set_launch(LAUNCH)
    media.set_shared(True)
    server.get_mount_points().add_factory("/test", media)
    if len(sys.argv) == 3:
        protect(server, media)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


main()
