"""What Content Credentials (C2PA) say of how a result came to be: what it was made of, and what was done to that.

The names of actions are those of the C2PA Technical Specification, "Actions"; so are the relationships of ingredients.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foundation.digests import digest_of
from media.credentials.provenance import SOFTWARE, Provenance

PART, INPUT = "componentOf", "inputTo"
"""Relationships: what is seen or heard in the result; what decides it and is neither."""
PLACED, CROPPED, EDITED = "c2pa.placed", "c2pa.cropped", "c2pa.edited"
_CREATED = "c2pa.created"
UNREAD = "application/octet-stream"

_KINDS = (
    (0, b"\x89PNG", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/avi"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypqt  ", "video/quicktime"),
    (4, b"ftypM4A ", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
)
"""Where in a file its kind stands, what stands there, and the kind: those that can hold credentials."""


@dataclass(frozen=True)
class Ingredient:
    """A file that the result was made from. `relationship`: PART or INPUT."""

    path: Path
    sha256: str
    relationship: str = PART

    def kind(self) -> str:
        """Its media type, by what is in it; UNREAD of what holds no credentials, or is no longer what it was."""
        try:
            with self.path.open("rb") as file:
                head = file.read(16)
            known = (kind for at, magic, kind in _KINDS if head.startswith(magic, at))
            found = next(known, UNREAD)
            return found if found != UNREAD and digest_of(self.path) == self.sha256 else UNREAD
        except OSError:
            return UNREAD

    def about(self, label: str) -> dict[str, str]:
        """It, as a C2PA library takes it."""
        told = f"sha256:{self.sha256}"
        return {"title": self.path.name, "relationship": self.relationship, "label": label, "description": told}


@dataclass(frozen=True)
class Step:
    """Something that was done. `action`: its name. `to`: the numbers of the ingredients. `told`: more, in words."""

    action: str
    to: tuple[int, ...]
    told: str


@dataclass(frozen=True)
class Claim:
    """All that is said. `steps` follow the making of the result itself, in order."""

    about: Provenance
    ingredients: tuple[Ingredient, ...] = ()
    steps: tuple[Step, ...] = ()

    def definition(self) -> dict[str, object]:
        """It, as a C2PA library takes it; ingredients go by `label_of` their numbers."""
        actions: list[dict[str, object]] = [{"action": _CREATED, "digitalSourceType": self.about.source_url}]
        for step in self.steps:
            parameters = {"ingredientIds": [label_of(number) for number in step.to]}
            actions.append({"action": step.action, "description": step.told, "parameters": parameters})
        return {
            "claim_generator_info": [{"name": SOFTWARE}],
            "title": self.about.title,
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
        }


def label_of(number: int) -> str:
    """What an ingredient is called within a claim."""
    return f"ingredient-{number}"
