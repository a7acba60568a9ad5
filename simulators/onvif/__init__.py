"""Simulated ONVIF devices: media, PTZ and imaging over SOAP, and a WS-Discovery responder."""
