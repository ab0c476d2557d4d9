"""What a training config asks for, and what is refused: before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engines.neural.files import CONFIGS
from foundation.errors import InputError, ManifestError
from foundation.times import FrameRange
from media.files.info import MediaInfo
from pipeline.manifest.dataset import load_training_config
from pipeline.plan.task import Task
from pipeline.plan.training import DatasetPlan, plan_dataset
from tests.made_media import song, video


def probed(task: Task) -> MediaInfo:
    heard = task.inputs.media.given.path.endswith("sound.mp4")
    return song() if heard else video(end="4", fps="25", frames=100)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Clips and pictures by name; no byte of them is looked at."""
    for name in ("clips/anna.mp4", "clips/bert.mp4", "clips/carl.mp4", "stills/dora.png"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path


def planned(folder: Path, **dataset: Any) -> DatasetPlan:
    given = {"root_dir": ".", "frame_shape": [32, 32, 3], "clips": ["clips/*.mp4"], **dataset}
    path = folder / "training.yaml"
    path.write_text(yaml.safe_dump({"dataset_params": given}))
    return plan_dataset(load_training_config(path), probed)


def test_every_clip_is_followed_and_cut(media: Path) -> None:
    plan = planned(media, held_out=["clips/carl.mp4"])
    assert [(tube.name, tube.held_out, tube.real) for tube in plan.tubes] == [
        ("anna", False, True),
        ("bert", False, True),
        ("carl", True, True),
    ]
    assert [task.stage for task in plan.graph] == ["faces", "face_crops"] * 3


def test_stills_are_driven_by_every_driver_but_themselves(media: Path) -> None:
    animated = {"pictures": ["stills/*"], "clips": True, "drivers": [{"clip": "anna", "seconds": 2}]}
    plan = planned(media, held_out=["clips/carl.mp4"], animated=animated)
    made = [(tube.name, tube.person, tube.driver, tube.real) for tube in plan.tubes if not tube.real]
    assert made == [("dora__anna", "dora", "anna", False), ("bert__anna", "bert", "anna", False)]
    moved = next(task for task in plan.graph if task.stage == "animate")
    assert moved.settings.range == FrameRange(0, 16)


def test_a_held_out_clip_may_not_drive(media: Path) -> None:
    animated = {"pictures": ["stills/*"], "drivers": [{"clip": "carl"}]}
    with pytest.raises(ManifestError, match="carl is held out and drives stills"):
        planned(media, held_out=["clips/carl.mp4"], animated=animated)


def test_people_are_told_by_their_clips_names(media: Path) -> None:
    (media / "clips/anna#2.mp4").write_bytes(b"2")
    plan = planned(media, id_sampling=True)
    assert [tube.person for tube in plan.tubes] == ["anna", "anna", "bert", "carl"]


def test_other_pixels_or_another_tube_are_other_data(media: Path) -> None:
    plan = planned(media)
    assert plan.tubes[0].crops.key == planned(media).tubes[0].crops.key
    assert plan.tubes[0].crops.key != planned(media, tube={"side": 128}).tubes[0].crops.key


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        ({"clips": ["nothing/*.mp4"]}, InputError, "no clip matches nothing"),
        ({"animated": {"pictures": ["none.png"]}}, InputError, "no picture matches none.png"),
        ({"animated": {"drivers": [{"clip": "zoe"}]}}, ManifestError, "no clip is called zoe"),
        ({"tube": {"side": 3}}, ManifestError, r"dataset_params\.tube\.side"),
        ({"mouths": True}, ManifestError, r"dataset_params\.mouths"),
        ({"augmentation_params": {"flip_param": {"time_flip": False}}}, ManifestError, "time_flip"),
    ],
)
def test_mistakes_are_named(media: Path, wrong: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        planned(media, **wrong)


def test_a_file_without_pictures_is_named(media: Path) -> None:
    (media / "clips/sound.mp4").write_bytes(b"la")
    with pytest.raises(InputError, match=r"sound\.mp4: has no video stream"):
        planned(media)


def test_two_clips_of_one_name_are_refused(media: Path) -> None:
    (media / "clips/more").mkdir()
    (media / "clips/more/anna.mp4").write_bytes(b"2")
    with pytest.raises(ManifestError, match="two clips are called anna"):
        planned(media, clips=["clips/**/*.mp4"])


def test_the_published_augmentation_is_understood(media: Path) -> None:
    path = media / "training.yaml"
    jitter = {"brightness": 0.1, "contrast": 0.4, "saturation": 0.1, "hue": 0.1}
    given = {"flip_param": {"horizontal_flip": False, "time_flip": True}, "jitter_param": jitter}
    params = {"root_dir": ".", "frame_shape": [256, 256, 3], "augmentation_params": given, "id_sampling": True}
    path.write_text(yaml.safe_dump({"dataset_params": params}))
    strength = load_training_config(path).dataset.augmentation_params.strength
    assert (strength["mirror"], strength["colour"]) == (False, 0.4)


def test_our_own_config_is_sound() -> None:
    dataset = load_training_config(CONFIGS / "duet-128.yaml").dataset
    assert dataset.held_out == ["driving/jackie.mp4"]
    assert not {driver.clip for driver in dataset.animated.drivers} & {"jackie"}
