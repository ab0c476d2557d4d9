"""eSpeak NG, called as the library that it is: words of many languages in the phonetic alphabet.

The library (GPL-3) comes with the optional package espeakng-loader, beside Duet and not as a part of it.
"""

from __future__ import annotations

import ctypes
from functools import cache, lru_cache
from threading import Lock

from foundation.errors import InputError

_RETRIEVAL = 1
"""espeak_AUDIO_OUTPUT: nothing is played."""
_PHONEME_EVENTS_IPA = 0b11
_UTF8 = 1
_AS_IPA = 0x02
_LONGEST_WORD = 60
_lock = Lock()
"""The library has one state for the whole process."""


@cache
def library() -> ctypes.CDLL:
    """eSpeak NG, ready.

    Raises: InputError if it is not installed.
    """
    try:
        import espeakng_loader  # noqa: PLC0415  (optional)
    except ImportError:
        cure = "pip install -r requirements-song.txt"
        raise InputError("eSpeak NG, which says words of this language, is not installed", cure=cure) from None
    loaded = ctypes.CDLL(espeakng_loader.get_library_path())
    data = espeakng_loader.get_data_path().encode()
    if loaded.espeak_Initialize(_RETRIEVAL, 0, data, _PHONEME_EVENTS_IPA) < 0:
        raise InputError("eSpeak NG does not start", file=data.decode(), cure="install espeakng-loader again")
    loaded.espeak_TextToPhonemes.restype = ctypes.c_char_p
    loaded.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
    return loaded


@lru_cache(maxsize=20_000)
def ipa(word: str, voice: str) -> str:
    """A word in IPA, with marks; what eSpeak knows nothing of comes out empty.

    Args:
        voice: eSpeak's name of the language, "fr-fr".
    Raises: InputError if eSpeak NG is not installed, or without that language.
    """
    espeak = library()
    with _lock:
        if espeak.espeak_SetVoiceByName(voice.encode()) != 0:
            raise InputError(f"eSpeak NG has no voice {voice!r}", cure="pip install --upgrade espeakng-loader")
        buffer = ctypes.create_string_buffer(word[:_LONGEST_WORD].encode())
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        said = []
        while rest.value:
            said.append(espeak.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _AS_IPA).decode("utf-8", "replace"))
    # (en) ... (fr): the library goes over to another language for a foreign word, and says so in the midst of it
    return "".join(part for part in " ".join(said).replace(")", "(").split("(")[::2])
