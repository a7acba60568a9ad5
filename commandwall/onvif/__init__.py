"""ONVIF devices: discovery, media profiles, pan-tilt-zoom and imaging, over SOAP."""
