"""Light: what the hour, the weather and the camera's sensor do to the colours of a scene."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from simulators.scene.texture import Colour, Picture


@dataclass(frozen=True, slots=True)
class Light:
    """One look. ``gain`` is per channel (blue, green, red); ``lit`` is the share of lit windows."""

    name: str
    gain: tuple[float, float, float]
    offset: float
    sky: tuple[Colour, Colour]
    haze: Colour
    lit: float = 0.0
    gray: bool = False

    def colour(self, colour: Colour) -> Colour:
        """Return what ``colour`` looks like in this light."""
        pixel = np.array([[colour]], np.uint8)
        blue, green, red = self.apply(pixel)[0, 0].tolist()
        return blue, green, red

    def apply(self, picture: Picture) -> Picture:
        """Return ``picture`` (BGR) in this light."""
        if self.gray:
            single = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            picture = np.repeat(single.astype(np.uint8, copy=False)[:, :, np.newaxis], 3, axis=2)
        lit = picture.astype(np.float32) * np.array(self.gain, np.float32) + np.float32(self.offset)
        clipped: Picture = np.clip(lit, 0, 255).astype(np.uint8)
        return clipped


LIGHTS = (
    (Light("sunny", (0.98, 1.06, 1.12), 2, ((214, 170, 120), (232, 220, 205)), (222, 210, 196)), 34),
    (Light("clear", (1.05, 1.03, 1.0), 4, ((205, 165, 118), (225, 214, 200)), (218, 208, 196)), 24),
    (Light("overcast", (1.0, 0.97, 0.93), 6, ((188, 184, 180), (214, 210, 206)), (205, 202, 198)), 20),
    (Light("dusk", (0.80, 0.80, 0.92), 2, ((130, 100, 92), (140, 165, 215)), (140, 150, 180), lit=0.45), 10),
    (Light("night", (0.66, 0.58, 0.55), 4, ((58, 40, 30), (80, 66, 58)), (70, 60, 56), lit=0.6), 7),
    (Light("infrared", (0.72, 0.72, 0.72), 8, ((40, 40, 40), (70, 70, 70)), (84, 84, 84), gray=True), 5),
)
"""Each look and of how many in a hundred cameras it is."""


def pick(chance: Generator) -> Light:
    """Return a look at random, by the shares of ``LIGHTS``, with a little of each camera's own tint."""
    shares = np.array([share for _, share in LIGHTS], float)
    light = LIGHTS[chance.choice(len(LIGHTS), p=shares / shares.sum())][0]
    if light.gray:
        return light
    tint = chance.normal(1, 0.025, 3)
    blue, green, red = (float(gain * change) for gain, change in zip(light.gain, tint, strict=True))
    return Light(light.name, (blue, green, red), light.offset, light.sky, light.haze, light.lit)
