"""A headline goes to a LibreTranslate service over HTTP; its translation comes back, or why there is none.

Whatever it answers, asking ends within ANSWER_WITHIN and reads no more than LARGEST_ANSWER. No redirect is followed and
no proxy taken: the address is the admin's word, and the key goes nowhere else.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from alerts.decide.translating import Answer
from alerts.rule import Translate
from crawler.fetch.names import Names
from crawler.text.dates import retry_after

ANSWER_WITHIN = 15.0  # seconds for all of it: a service without a graphics card takes one or two for a headline
LARGEST_ANSWER = 65_536  # bytes
HIDDEN = "***"
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


async def ask(service: Translate, text: str, source: str, target: str) -> Answer:
    """Return what the service makes of a text. Raises nothing but cancellation."""
    body = {"q": text, "source": source, "target": target, "format": "text", "alternatives": 0}
    if service.key:
        body["api_key"] = service.key
    try:
        found = await _post(f"{service.url}/translate", body)
    except TimeoutError:
        return Answer(fault=f"no answer within {ANSWER_WITHIN:.0f} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        found = Answer(fault=_words(error))
    if service.key and service.key in found.fault:
        return Answer(fault=found.fault.replace(service.key, HIDDEN), own=found.own, wait=found.wait)
    return found


async def _post(url: str, body: dict[str, Any]) -> Answer:
    connector = aiohttp.TCPConnector(resolver=Names(), force_close=True)
    limit = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=limit, auto_decompress=False) as session,
        session.post(url, json=body, headers=_HEADERS, allow_redirects=False) as response,
    ):
        raw = b""
        async for chunk in response.content.iter_any():
            raw += chunk
            if len(raw) > LARGEST_ANSWER:
                return Answer(fault=f"answers with more than {LARGEST_ANSWER // 1024} KiB")
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return read(response.status, raw, wait)


def read(status: int, raw: bytes, wait: timedelta | None) -> Answer:
    """Return what an HTTP answer says."""
    try:
        said = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        said = None
    if status != 200:
        why = said.get("error") if isinstance(said, dict) else ""
        words = f"HTTP {status}{f': {why}' if isinstance(why, str) and why else ''}"
        # of this headline: too long, or in a language that the service has not
        return Answer(fault=words, own=status == 400, wait=wait)
    text = said.get("translatedText") if isinstance(said, dict) else None
    return Answer(text) if isinstance(text, str) else Answer(fault="answers with something else than a translation")


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
