"""Why importlint could not do what it was asked: each error is one line for the user, and exit code 2."""

from collections.abc import Iterable


class ImportlintError(Exception):
    """Base of every error that ends the run; its text names the flag, file or key and what to do."""


class UsageError(ImportlintError):
    """The command line does not make sense."""


class ConfigError(ImportlintError):
    """A setting does not make sense; the text starts with the file and key, or the flag, that holds it."""


class SuppressionError(ImportlintError):
    """A comment that should silence a rule names none, or one that does not exist."""


class InternalError(ImportlintError):
    """Importlint itself failed; the exception that it was raised from is the reason."""

    def __init__(self, path: str | None = None) -> None:
        super().__init__(f"internal error while analysing `{path}`" if path else "internal error")
        self.path = path
        """The file that was being analysed, if that is known."""


def did_you_mean(word: str, candidates: Iterable[str], cutoff: float = 0.6) -> str:
    """The end of an error's sentence that names the nearest of `candidates`; empty if none is near.

    `cutoff` is the least similarity, from 0 to 1, by `difflib`.
    """
    import difflib

    folded = {candidate.casefold(): candidate for candidate in sorted(candidates)}
    nearest = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return f"; did you mean `{folded[nearest[0]]}`?" if nearest else ""
