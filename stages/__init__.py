"""The pipeline's stages, in order: this table is its contents page.

A stage is one file, stages/<room>/<name>.py, with one function; stages/contracts/<name>.py has its contract:

    run(settings, inputs, out, report) -> facts

    settings   with the inputs they decide the result, to the bit
    inputs     files of the user's, and other stages' artifacts
    out        an empty folder to write into
    report     report(done, total), in frames, now and then
    facts      what later planning, the checks or a person need

Stages never import one another; what they hand on are artifacts (stages/artifacts.py, findings.py, crops.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from stages.contract import Contract, Report

Run = Callable[[Any, Any, Path, Report], Any]


@dataclass(frozen=True)
class StageSpec:
    """One stage.

    Attributes:
        room: the package it is in.
        name: also its module, stages.<room>.<name>.
        version: raise it when the same settings and inputs give another result.
        does: one line for people.
        cost: about how long a frame takes, in milliseconds, to weigh progress; 0 for work that is done once.
        kilobytes: about how many a frame leaves in the work folder.
        encodes: whether an encoder runs beside it, in a process of its own: as much memory and work again.
    """

    room: str
    name: str
    version: int
    does: str
    cost: float
    kilobytes: float = 0.0
    encodes: bool = False

    def load(self) -> Run:
        """The stage's function, imported now."""
        run: Run = import_module(f"stages.{self.room}.{self.name}").run
        return run

    def contract(self) -> Contract[Any, Any, Any, Any]:
        """The types of its settings, inputs and facts."""
        found: Contract[Any, Any, Any, Any] = import_module(f"stages.contracts.{self.name}").CONTRACT
        return found


STAGES: dict[str, StageSpec] = {
    spec.name: spec
    for spec in (
        StageSpec("sources", "probe", 5, "read rate, length, rotation and sound of a media file", 0.0),
        StageSpec("sources", "image_sequence", 1, "numbered pictures to one clip", 20.0, 900.0),
        StageSpec("sources", "subtitles", 4, "read lyrics and titles, find fonts for them", 0.0),
        StageSpec("driving", "faces", 5, "find and follow the chosen face, every frame", 7.0, 8.0),
        StageSpec("driving", "faces_piece", 1, "look at every face of a piece of a long clip", 7.0, 14.0),
        StageSpec("driving", "faces_join", 1, "follow the chosen face through the pieces of a clip", 0.15, 8.0),
        StageSpec("portrait", "crop", 2, "cut the portrait around its face", 0.0, 4000.0),
        StageSpec("portrait", "matte", 2, "tell the portrait's person from what is behind", 0.0, 2000.0),
        StageSpec("portrait", "plate_frames", 2, "a video as the portrait: its frames at a constant rate", 8.0, 900.0),
        StageSpec("portrait", "plate_path", 1, "the crop that follows a face through a plate", 0.2, 2.0),
        StageSpec("portrait", "plate_matte", 1, "tell a plate's person from what is behind, every frame", 40.0, 60.0),
        StageSpec("driving", "normalize", 10, "driving clip to a constant rate, range and size", 5.0, 70.0),
        StageSpec("driving", "normalize_piece", 4, "a piece of a long driving clip, as normalize has it", 5.0, 70.0),
        StageSpec("driving", "normalize_join", 4, "join the pieces of a driving clip, packet by packet", 0.4, 70.0),
        StageSpec("driving", "motion_file", 1, "a driver whose motion is kept in a file", 0.2, 2.0),
        StageSpec("driving", "motion_template", 1, "a driver's motion as a file for other programs", 80.0, 1.0),
        StageSpec("driving", "voice", 2, "one voice out of a song, freed of music", 8.0, 4.0),
        StageSpec("driving", "phones", 2, "words to phones, in time with the voice", 9.0, 0.1),
        StageSpec("driving", "perform", 3, "a driver made up from a voice and its words", 2.0, 8.0),
        StageSpec("animation", "prepare", 2, "what the engine needs from the whole clip", 2.0, 8.0),
        StageSpec("animation", "animate", 7, "move the portrait, a chunk of frames at a time", 30.0, 600.0),
        StageSpec("animation", "preview_samples", 3, "a quick look at a performer, before any long work", 300.0, 500.0),
        StageSpec("animation", "demo", 3, "animate whole frames as the published demo does", 300.0, 900.0, True),
        StageSpec("compositing", "composite", 8, "put the moving region back into the full picture", 10.0, 600.0),
        StageSpec("compositing", "composite_plate", 6, "put the moving face into its moving plate", 25.0, 900.0),
        StageSpec("compositing", "passes", 4, "a matte and a difference for other compositing programs", 40.0, 600.0),
        StageSpec("compositing", "group", 1, "find out what the faces of one picture share", 0.0, 4000.0),
        StageSpec("compositing", "merge", 3, "put several moving faces into their one picture", 6.0, 600.0),
        StageSpec("delivery", "edit", 6, "lay the performers out in scenes, encode a piece", 25.0, 20.0, True),
        StageSpec("delivery", "edit_join", 1, "join the pieces of the result, packet by packet", 0.1, 20.0),
        StageSpec("delivery", "sample_vocals", 1, "sing a sample vocal from a face's mouth", 0.5, 4.0),
        StageSpec("delivery", "mux", 6, "copy or cut, mix and level the sound, and join it to the picture", 0.5, 25.0),
        StageSpec("judging", "measure", 15, "look at a performer's result again, beside its driver", 6.0, 1.0),
        StageSpec("judging", "measure_piece", 3, "look at a piece of a long result again", 6.0, 1.0),
        StageSpec("judging", "measure_join", 3, "join what was seen of the pieces of a result", 0.3, 1.0),
        StageSpec("judging", "dubbing", 2, "look at a dubbed video again, beside its own mouth", 6.0, 1.0),
        StageSpec("training", "face_crops", 1, "cut a clip around its face, to train on", 8.0, 200.0),
        StageSpec("judging", "check_piece", 1, "decode a piece of a long result", 3.0, 1.0),
        StageSpec("judging", "check", 15, "judge the result: frames, sound, picture, faces", 3.0, 1.0),
        StageSpec("judging", "reconstruct", 2, "compare a reconstructed clip with the clip itself", 20.0, 1.0),
    )
}
