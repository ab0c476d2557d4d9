"""Who is seen beside whom, and where: those who sing from words look at each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from math import hypot

from foundation.box import Box
from foundation.layout import panels
from pipeline.plan.planning import Planning
from pipeline.plan.timeline import Timeline
from stages.contracts.perform import Partner


def plan_partners(
    planning: Planning, timeline: Timeline, pictures: Mapping[str, str]
) -> dict[str, tuple[Partner, ...]]:
    """Of each performer who sings from words, those in other panels of its scenes.

    Args:
        pictures: the picture of each performer, by its name.
    """
    found: dict[str, list[Partner]] = {}
    for scene in timeline.scenes:
        if len(scene.performers) < 2:
            continue
        boxes = panels(
            scene.layout, len(scene.performers), planning.manifest.output.size,
            gutter=scene.gutter, margin=scene.margin, inset=scene.inset,
        )  # fmt: skip
        places = dict(zip(scene.performers, map(_middle, boxes), strict=True))
        seen = [name for name in planning.manifest.performers if pictures[name] in places]
        for one, other in permutations(seen, 2):
            (x, y), (toward_x, toward_y) = places[pictures[one]], places[pictures[other]]
            away = hypot(toward_x - x, toward_y - y)
            if planning.manifest.performers[one].singing is not None and away > 0:
                right, down = round((toward_x - x) / away, 3), round((toward_y - y) / away, 3)
                turns = planning.turns.get(other)
                found.setdefault(one, []).append(
                    Partner(name=other, turns=turns, seen=scene.range, right=right, down=down)
                )
    return {name: tuple(partners) for name, partners in found.items()}


def _middle(box: Box) -> tuple[float, float]:
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
