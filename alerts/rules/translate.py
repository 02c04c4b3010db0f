"""Read settings.translate: the service that translates headlines, with its key. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.rule import Translate
from crawler.config.jsonkeys import VARIABLE
from crawler.config.problems import Problem, Problems
from crawler.text.hosts import is_loopback


def translate_of(
    given: Mapping[str, Any] | None, problems: Problems, environ: Mapping[str, str] | None
) -> tuple[Translate | None, Problem | None]:
    """Return the service, None where there is none; and why it cannot be asked, if its key is not set.

    That is no problem of the rules: alerts go without a translation, and the admin is told. `environ` None leaves
    secrets as they are written; such a service is not asked either.
    """
    if given is None:
        return None, None
    (url, at), (key, place) = given["url"], given["key"]
    if key and urlsplit(url).scheme == "http" and not is_loopback(urlsplit(url).hostname or ""):
        problems.add(at, "its key would cross the network in the clear; write https://, or leave the key out")
        return None, None
    names = VARIABLE.findall(key)
    if environ is None:
        return (None if names else Translate(url, key)), None
    for name in names:
        if not environ.get(name, "").strip():
            words = f"${{{name}}} is not set in the environment; set it, or take settings.translate out"
            return None, Problem(place or at, words)
    return Translate(url.rstrip("/"), VARIABLE.sub(lambda found: environ[found[1]].strip(), key)), None
