from __future__ import annotations

import numpy as np
import pytest

from simulators.scene.eye import NEAR_M, Eye
from simulators.scene.light import LIGHTS, Light
from simulators.scene.movers import Fleet, Person, Track, Vehicle
from simulators.scene.sceneries import SCENERIES, build

WIDTH, HEIGHT, LOOP_S = 320, 180, 4.0
CAR = Vehicle((10, 20, 200), 4.5, 1.8, 1.5, (0.2, 0.8))
WALKER = Person((10, 200, 20), (40, 40, 40), 1.7)


def eye(pitch_deg: float = 15.0) -> Eye:
    return Eye(WIDTH, HEIGHT, height_m=6.0, yaw_deg=0.0, pitch_deg=pitch_deg, zoom=0.8)


@pytest.mark.parametrize("scenery", SCENERIES)
def test_every_scenery_is_a_picture_in_which_something_moves(scenery: str) -> None:
    scene = build(scenery, 7, "罗湖小学", WIDTH, HEIGHT, LOOP_S)
    first, later = scene.render(0.0), scene.render(0.4)
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert first.std() > 12
    assert (first != later).any()


@pytest.mark.parametrize("scenery", SCENERIES)
def test_the_loop_closes(scenery: str) -> None:
    scene = build(scenery, 11, "罗湖小学", WIDTH, HEIGHT, LOOP_S)
    assert np.abs(scene.render(0.0).astype(int) - scene.render(1.0).astype(int)).mean() < 0.5


def test_the_same_camera_looks_the_same_and_others_do_not() -> None:
    once, again, other = (build("street", seed, "", WIDTH, HEIGHT, LOOP_S).render(0.2) for seed in (1, 1, 2))
    assert (once == again).all()
    assert np.abs(once.astype(int) - other.astype(int)).mean() > 10


def test_an_unknown_scenery_is_refused() -> None:
    with pytest.raises(KeyError):
        build("seaside", 1, "", WIDTH, HEIGHT, LOOP_S)


def test_what_is_ahead_on_the_ground_is_below_the_horizon() -> None:
    x, y, depth = eye().homogeneous(np.array([[0.0, 20.0, 0.0]]))[0]
    assert x / depth == pytest.approx(WIDTH / 2)
    assert eye().horizon_px < y / depth < HEIGHT
    assert depth == pytest.approx(20.0, rel=0.1)


def test_right_is_right_and_up_is_up() -> None:
    points = np.array([[0.0, 20.0, 1.0], [3.0, 20.0, 1.0], [0.0, 20.0, 3.0]])
    seen = eye().homogeneous(points)
    middle, right, up = seen[:, :2] / seen[:, 2:]
    assert right[0] > middle[0]
    assert up[1] < middle[1]


def test_polygons_are_cut_at_the_near_plane() -> None:
    around = np.array([[-5.0, -50.0, 0.0], [5.0, -50.0, 0.0], [5.0, 50.0, 0.0], [-5.0, 50.0, 0.0]])
    outline = eye().pixels(around)
    assert outline is not None
    assert len(outline) == 4
    assert np.isfinite(outline).all()
    assert eye().pixels(np.array([[0.0, -50.0, 0.0], [5.0, -50.0, 0.0], [5.0, -60.0, 0.0]])) is None
    assert NEAR_M > 0


def test_a_track_repeats_and_everybody_keeps_a_distance() -> None:
    track = Track((0.0, 0.0), (0.0, 100.0), 30.0, ((5.0, CAR), (20.0, CAR)))
    fleet = Fleet([track], Vehicle)
    begin, _, here = fleet.at(0.0)
    end, _, still_here = fleet.at(1.0)
    assert sorted(begin[here][:, 1]) == pytest.approx(sorted(end[still_here][:, 1]))
    assert np.diff(sorted(begin[here][:, 1])).min() == pytest.approx(15.0)
    assert len(fleet.members) == 8


def test_what_stands_does_not_move_and_kinds_are_kept_apart() -> None:
    tracks = [
        Track((1.0, 2.0), (1.0, 2.1), float("inf"), ((0.0, CAR),)),
        Track((0.0, 0.0), (10.0, 0.0), 5.0, ((1.0, WALKER),)),
    ]
    parked, people = Fleet(tracks, Vehicle), Fleet(tracks, Person)
    assert parked.at(0.0)[0].tolist() == parked.at(0.7)[0].tolist() == [[1.0, 2.0]]
    assert people.members == [WALKER, WALKER]
    assert Fleet([], Person).members == []


@pytest.mark.parametrize("light", [light for light, _ in LIGHTS], ids=lambda light: light.name)
def test_lights_keep_pictures_visible(light: Light) -> None:
    gray = np.full((4, 4, 3), 120, np.uint8)
    lit = light.apply(gray)
    assert lit.dtype == np.uint8
    assert 45 < lit.mean() < 160
    if light.gray:
        assert light.colour((10, 60, 200))[0] == light.colour((10, 60, 200))[2]
