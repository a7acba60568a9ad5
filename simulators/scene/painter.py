"""The painter: draws flat, solid and textured things of the world into a picture, far things first."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.scene.eye import Eye, Points
from simulators.scene.texture import Colour, Picture

SHIFT = 4
"""Fraction bits of the pixel positions that are given to OpenCV."""


class Painter:
    """Draws into ``picture`` (BGR) what ``eye`` sees. Not shared between threads."""

    def __init__(self, eye: Eye, haze: Colour, haze_m: float = 260.0) -> None:
        self.eye = eye
        self.picture: Picture = np.zeros((eye.height, eye.width, 3), np.uint8)
        self._haze = np.array(haze, np.float64)
        self._haze_m = haze_m

    def sky(self, high: Colour, low: Colour) -> None:
        """Fill the picture with a gradient that reaches ``low`` at the horizon."""
        end = max(1.0, self.eye.horizon_px)
        share = np.clip(np.arange(self.eye.height) / end, 0, 1)[:, np.newaxis]
        rows = (1 - share) * np.array(high) + share * np.array(low)
        self.picture[:] = rows.astype(np.uint8)[:, np.newaxis]

    def flat(self, corners: list[tuple[float, float]], colour: Colour, z: float = 0.0) -> None:
        """Fill a polygon that lies on the ground (or at ``z`` metres)."""
        self.polygon(np.array([(x, y, z) for x, y in corners]), colour)

    def polygon(self, corners: Points, colour: Colour) -> None:
        """Fill a world polygon (N, 3)."""
        outline = self.eye.pixels(corners)
        if outline is not None:
            shaded = self._through_haze(colour, corners)
            cv2.fillPoly(self.picture, [fixed(outline)], shaded, cv2.LINE_AA, SHIFT)

    def line(self, start: tuple[float, float, float], end: tuple[float, float, float], width_m: float,
             colour: Colour) -> None:  # fmt: skip
        """Draw a thin straight thing (a post, a rail) of ``width_m``."""
        ends = np.array([start, end])
        outline = self.eye.pixels(ends)
        if outline is not None and len(outline) == 2:
            depth = float(self.eye.homogeneous(ends)[:, 2].mean())
            thickness = max(1, round(self.eye.focal_px * width_m / depth))
            first, second = fixed(outline).tolist()
            shaded = self._through_haze(colour, ends)
            cv2.line(self.picture, first, second, shaded, thickness, cv2.LINE_AA, SHIFT)

    def textured(self, origin: tuple[float, float, float], u: tuple[float, float, float],
                 v: tuple[float, float, float], texture: Picture,
                 tile_m: float | None = None) -> None:  # fmt: skip
        """Lay ``texture`` on the parallelogram ``origin``, ``origin + u``, ``+ u + v``, ``+ v``.

        It is stretched over it once, or repeated every ``tile_m`` metres.
        """
        corner, side, rise = np.array(origin), np.array(u), np.array(v)
        corners = np.stack([corner, corner + side, corner + side + rise, corner + rise])
        outline = self.eye.pixels(corners)
        if outline is None:
            return
        box = self._bounds(outline)
        if box is None:
            return
        left, top, right, bottom = box
        height, width = texture.shape[:2]
        across = width if tile_m is None else float(np.linalg.norm(side)) * width / tile_m
        down = height if tile_m is None else float(np.linalg.norm(rise)) * height / tile_m
        matrix = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]]) @ self.eye.plane(
            corner, side / across, rise / down
        )
        target = self.picture[top:bottom, left:right]
        size = (right - left, bottom - top)
        laid = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        mask = np.zeros((bottom - top, right - left), np.uint8)
        cv2.fillPoly(mask, [fixed(outline - (left, top))], 255, cv2.LINE_8, SHIFT)
        share = self._clearness(corners)
        haze = np.empty_like(laid)
        haze[:] = self._haze
        cv2.copyTo(cv2.addWeighted(laid, share, haze, 1 - share, 0), mask, target)

    def box(self, low: tuple[float, float, float], high: tuple[float, float, float], colour: Colour,
            side: Picture | None = None) -> None:  # fmt: skip
        """Draw an upright block; its walls show ``side`` where given, shaded by the way they face."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        height = z1 - z0
        walls = (
            ((x0, y0, z1), (x1 - x0, 0.0, 0.0), 0.86, y0 > 0),
            ((x1, y0, z1), (0.0, y1 - y0, 0.0), 0.62, x1 < 0),
            ((x0, y1, z1), (0.0, y0 - y1, 0.0), 0.74, x0 > 0),
        )
        for origin, along, shade, faces in walls:
            if not faces:
                continue
            if side is not None:
                self.textured(origin, along, (0.0, 0.0, -height), _dim_picture(side, shade + 0.1))
            else:
                start, step = np.array(origin), np.array(along)
                down = np.array((0.0, 0.0, -height))
                self.polygon(
                    np.stack([start, start + step, start + step + down, start + down]), dim(colour, shade)
                )
        if z1 < self.eye.height_m:
            self.polygon(np.array([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)]), colour)

    def blob(self, centre: tuple[float, float, float], radius_m: float, colour: Colour) -> None:
        """Draw a ball, as leaves and lamps are."""
        x, y, depth = self.eye.homogeneous(np.array([centre]))[0]
        if depth > radius_m + 0.6:
            at = fixed(np.array([[x / depth, y / depth]]))[0].tolist()
            radius = round(self.eye.focal_px * radius_m / depth * (1 << SHIFT))
            shaded = self._through_haze(colour, np.array([centre]))
            cv2.circle(self.picture, at, radius, shaded, -1, cv2.LINE_AA, SHIFT)

    def _bounds(self, outline: Points) -> tuple[int, int, int, int] | None:
        low = np.clip(np.floor(outline.min(axis=0)), 0, (self.eye.width, self.eye.height)).astype(int)
        high = np.clip(np.ceil(outline.max(axis=0)) + 1, 0, (self.eye.width, self.eye.height)).astype(int)
        if (high - low).min() < 1:
            return None
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _clearness(self, points: Points) -> float:
        nearest = float(np.linalg.norm(points - self.eye.position, axis=1).min())
        return float(np.exp(-nearest / self._haze_m))

    def _through_haze(self, colour: Colour, points: Points) -> Colour:
        share = self._clearness(points)
        blue, green, red = (np.array(colour) * share + self._haze * (1 - share)).tolist()
        return int(blue), int(green), int(red)


def fixed(outline: Points) -> NDArray[np.int32]:
    """Return pixel positions as the fixed-point integers OpenCV draws with."""
    scaled = np.clip(outline, -8000, 8000) * (1 << SHIFT)
    rounded: NDArray[np.int32] = np.rint(scaled).astype(np.int32)
    return rounded


def dim(colour: Colour, share: float) -> Colour:
    """Return ``colour`` at ``share`` of its brightness."""
    blue, green, red = colour
    return min(255, int(blue * share)), min(255, int(green * share)), min(255, int(red * share))


def _dim_picture(picture: Picture, share: float) -> Picture:
    dimmed: Picture = np.minimum(picture * np.float32(share), 255).astype(np.uint8)
    return dimmed
