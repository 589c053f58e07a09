"""The interpreter that the analysed code is meant for: version and platform."""

from msgspec import Struct

SUPPORTED_VERSIONS = tuple((3, minor) for minor in range(8, 16))
"""Versions whose import system is modelled, oldest first."""

PLATFORMS = ("linux", "darwin", "win32")
"""The values of `sys.platform` for which names of the standard library differ."""


class Target(Struct, frozen=True, kw_only=True):
    """A CPython that would import the analysed code; conditions and finder are judged for it."""

    version: tuple[int, int]
    """Major and minor version, such as ``(3, 13)``."""
    platform: str = "linux"
    """What ``sys.platform`` says there: ``linux``, ``darwin``, ``win32``, ..."""

    @property
    def os_name(self) -> str:
        """What ``os.name`` says there."""
        return "nt" if self.platform == "win32" else "posix"


def parse_version(text: str) -> tuple[int, int]:
    """The version that `text` such as ``3.13`` names; `ValueError` for what is not modelled."""
    major, _, minor = text.partition(".")
    version = (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None
    if version not in SUPPORTED_VERSIONS or version is None:
        known = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED_VERSIONS)
        raise ValueError(f"`{text}` is not a Python version that importlint models ({known})")
    return version
