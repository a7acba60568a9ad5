"""The eye: where a scene is seen from, and how points of the world land in the picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

NEAR_M = 0.6
"""What is nearer to the eye than this is not drawn."""


class Eye:
    """A pinhole camera. World axes: x right, y away, z up, in metres; the eye is at (0, 0, height).

    ``yaw_deg`` turns to the right, ``pitch_deg`` looks down; ``zoom`` is the focal length in
    picture widths.
    """

    def __init__(
        self, width: int, height: int, *, height_m: float, yaw_deg: float, pitch_deg: float, zoom: float
    ) -> None:
        self.width, self.height = width, height
        self.height_m = height_m
        self.focal_px = zoom * width
        self.position = np.array([0.0, 0.0, height_m])
        yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
        forward = np.array(
            [math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), -math.sin(pitch)]
        )
        right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
        down = np.cross(forward, right)
        intrinsic = np.array([[self.focal_px, 0, width / 2], [0, self.focal_px, height / 2], [0, 0, 1.0]])
        self.matrix = intrinsic @ np.stack([right, down, forward])
        self.horizon_px = height / 2 - self.focal_px * math.tan(pitch)

    def homogeneous(self, points: Points) -> Points:
        """Return world points (N, 3) as (N, 3) of x * depth, y * depth, depth (metres)."""
        seen: Points = (points - self.position) @ self.matrix.T
        return seen

    def pixels(self, points: Points) -> Points | None:
        """Return the outline of a world polygon (N, 3) as pixels (M, 2), cut at the near plane.

        ``None`` where nothing of it is in front of the eye.
        """
        seen = _cut_near(self.homogeneous(points))
        return None if seen is None else seen[:, :2] / seen[:, 2:]

    def plane(self, origin: Points, u: Points, v: Points) -> Points:
        """Return the 3x3 homography that takes (a, b, 1) to the pixel of ``origin + a * u + b * v``."""
        return np.stack([self.matrix @ u, self.matrix @ v, self.matrix @ (origin - self.position)], axis=1)


def _cut_near(points: Points) -> Points | None:
    inside = points[:, 2] > NEAR_M
    if inside.all():
        return points
    if not inside.any():
        return None
    kept: list[Points] = []
    for index, point in enumerate(points):
        before = points[index - 1]
        if inside[index] != inside[index - 1]:
            share = (NEAR_M - before[2]) / (point[2] - before[2])
            kept.append(before + share * (point - before))
        if inside[index]:
            kept.append(point)
    return np.array(kept)
