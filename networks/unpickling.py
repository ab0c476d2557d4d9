"""What torch.save wrote, from strangers: read without running code in it, and without unpacking more than it holds."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import torch


class Packed(pickle.UnpicklingError):
    """An archive that torch.save did not write: what is packed may unpack to a thousand times its size."""


class Code(pickle.UnpicklingError):
    """It holds code, not only weights."""


def unpickled(path: Path) -> object:
    """The content, on the CPU; tensors of newer files stay memory-mapped.

    Raises: pickle.UnpicklingError, whatever is wrong; OSError if it cannot be read.
    """
    # files of torch 1.6 and later are zip archives and can be mapped; older ones are bare pickles and cannot
    mapped = zipfile.is_zipfile(path)
    try:
        if mapped:
            _refuse_packed(path)
        content: object = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except (Packed, OSError):
        raise
    except pickle.UnpicklingError as error:
        unsafe = "weights_only" in str(error).lower() or "unsupported" in str(error).lower()
        raise (Code if unsafe else pickle.UnpicklingError)(_first_line(error)) from error
    except Exception as error:  # its bytes are a program for the reader, which fails in as many ways
        raise pickle.UnpicklingError(_first_line(error)) from error
    return content


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _refuse_packed(path: Path) -> None:
    """Raises: Packed."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise Packed(f"{entry.filename} in it is compressed")
