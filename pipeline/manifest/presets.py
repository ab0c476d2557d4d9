"""Presets: what each of them fills in. What a manifest writes itself always wins."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

PRESETS: dict[str, dict[str, Fields]] = {
    "web": {
        "output": {
            "size": [1280, 720],
            "video": {"codec": "h264", "crf": 21, "preset": "medium"},
            "audio": {"codec": "aac", "bitrate_kbps": 160},
        },
        "audio": {},
    },
    "youtube": {
        "output": {
            "size": [1920, 1080],
            "video": {"codec": "h264", "crf": 16, "preset": "medium"},
            "audio": {"codec": "aac", "bitrate_kbps": 384},
        },
        "audio": {"loudness_lufs": -14},
    },
    "tiktok_vertical": {
        "output": {
            "size": [1080, 1920],
            "fps": 30,
            "video": {"codec": "h264", "crf": 18, "preset": "medium"},
            "audio": {"codec": "aac", "bitrate_kbps": 192},
        },
        "audio": {"loudness_lufs": -14},
    },
    # EBU R 128: programme loudness -23 LUFS
    "broadcast": {
        "output": {
            "size": [1920, 1080],
            "fps": 25,
            "video": {"codec": "prores_422_hq"},
            "audio": {"codec": "pcm"},
        },
        "audio": {"loudness_lufs": -23},
    },
    "editorial": {
        "output": {
            "size": [1920, 1080],
            "video": {"codec": "prores_4444"},
            "audio": {"codec": "pcm"},
        },
        "audio": {},
    },
}
SILENT = "none"


def filled_in(data: dict[str, Any]) -> dict[str, Any]:
    """The manifest as written, with what its output.preset says where it says nothing itself."""
    output = data.get("output")
    name = output.get("preset") if isinstance(output, dict) else None
    if not isinstance(name, str) or name not in PRESETS:
        return data
    preset, audio = PRESETS[name], data.get("audio", {})
    filled = data | {"output": _under(preset["output"], output)}
    if isinstance(audio, dict) and audio.get("source") != SILENT:
        filled["audio"] = _under(preset["audio"], audio)
    return filled


def _under(preset: Fields, written: Any) -> Any:
    """`written` over `preset`, mapping by mapping. Another codec is another matter: nothing of the preset's fits it."""
    if not isinstance(written, dict):
        return written
    merged = {} if "codec" in written and written["codec"] != preset.get("codec", written["codec"]) else dict(preset)
    for key, value in written.items():
        merged[key] = _under(preset[key], value) if isinstance(preset.get(key), dict) else value
    return merged
