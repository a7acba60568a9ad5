"""The HTTP interface: pages, the JSON API, events and video on WebSockets."""
