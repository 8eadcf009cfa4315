"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

__all__ = ["Written", "write_whole"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    _Path = Path
else:
    _Path = type(Path())  # the class of this system's paths: Python 3.11 lets no other be derived from


class Written(_Path):
    """The path of a file that was written, which says at the prompt what it is.

    >>> Written.of("relu.html", "a page of 10 steps"), str(Written("relu.html"))
    (relu.html: a page of 10 steps, 'relu.html')
    """

    about = ""

    @classmethod
    def of(cls, path: str | os.PathLike[str], about: str) -> Written:
        """The path, and what stands there."""
        written = cls(path)
        written.about = about
        return written

    def __repr__(self) -> str:
        return f"{self}: {self.about}" if self.about else repr(Path(self))  # its parent was not written


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file so that nobody ever reads half of it: beside its place first, then moved there in one step.

    Raises `OSError` where the folder is missing or cannot be written; what stood there before is then as it was.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
